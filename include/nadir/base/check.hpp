#pragma once

#include <mpi.h>
#include <petscsys.h>

#include <source_location>
#include <string>

namespace nadir {

/// Throws SystemError with PETSc's own text when `code` is not 0.
void check_petsc(PetscErrorCode code, std::source_location where = std::source_location::current());

/// Throws SystemError with MPI's own text when `code` is not MPI_SUCCESS.
void check_mpi(int code, std::source_location where = std::source_location::current());

/// The text of the last PETSc error and forgets it; empty when there was none.
std::string take_petsc_message();

/// Makes PETSc remember the text of an error instead of printing it (see take_petsc_message).
void install_petsc_error_handler();

} // namespace nadir
