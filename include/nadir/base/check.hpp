#pragma once

#include <mpi.h>
#include <petscsys.h>

#include <exception>
#include <source_location>
#include <string>

namespace nadir {

/// Throws SystemError with PETSc's own text when `code` is not 0.
void check_petsc(PetscErrorCode code, std::source_location where = std::source_location::current());

/// Throws SystemError with MPI's own text when `code` is not MPI_SUCCESS.
void check_mpi(int code, std::source_location where = std::source_location::current());

/// Keeps a text for the next check_petsc that fails.
void remember_petsc_message(const std::string& text);

/// For callbacks that PETSc calls: runs work() and returns 0, or, where it throws, PETSc's error
/// code with the exception's text as its message. No exception may cross PETSc's own frames.
template<class Work> PetscErrorCode petsc_callback(Work&& work) {
  try {
    work();
    return PetscErrorCode(0);
  } catch (const std::exception& error) {
    remember_petsc_message(error.what());
    return PETSC_ERR_LIB;
  }
}

/// The text of the last PETSc error and forgets it; empty when there was none.
std::string take_petsc_message();

/// Makes PETSc remember the text of an error instead of printing it (see take_petsc_message).
void install_petsc_error_handler();

} // namespace nadir
