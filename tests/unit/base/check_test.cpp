#include "nadir/base/check.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/handle.hpp"

#include <gtest/gtest.h>

#include <string>

namespace nadir {
namespace {

/// What the error thrown by `work` says; fails where none is.
template<class Work> std::string message_of(Work work) {
  try {
    work();
  } catch (const SystemError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

TEST(Check, PetscErrorsCarryPetscsText) {
  VecHandle v;
  check_petsc(VecCreateMPI(MPI_COMM_WORLD, 2, PETSC_DECIDE, v.out()));
  const std::string text = message_of([&] { check_petsc(VecSetType(v, "no-such-type")); });
  EXPECT_TRUE(text.starts_with("PETSc: ")) << text;
  EXPECT_NE(text.find("no-such-type"), std::string::npos) << text;
  EXPECT_NE(text.find("VecSetType"), std::string::npos) << text;
  EXPECT_TRUE(take_petsc_message().empty());
}

TEST(Check, APetscCodeWithoutTextHasItsName) {
  EXPECT_NO_THROW(check_petsc(PetscErrorCode(0)));
  const std::string text = message_of([] { check_petsc(PETSC_ERR_MEM); });
  EXPECT_TRUE(text.starts_with("PETSc: Out of memory")) << text;
}

TEST(Check, MpiErrorsAreThrown) {
  EXPECT_NO_THROW(check_mpi(MPI_SUCCESS));
  const std::string text = message_of([] { check_mpi(MPI_ERR_COMM); });
  EXPECT_TRUE(text.starts_with("MPI: MPI_ERR_COMM")) << text;
}

/// PETSc's frames lie between the two: the text has to come through.
TEST(Check, WhatACallbackThrowsComesOutOfPetsc) {
  MatHandle shell;
  VecHandle x, y;
  check_petsc(
      MatCreateShell(MPI_COMM_WORLD, 1, 1, PETSC_DECIDE, PETSC_DECIDE, nullptr, shell.out()));
  const auto multiply = [](Mat, Vec, Vec) {
    return petsc_callback([] { throw NumericsError("layer 3 is not finite"); });
  };
  PetscErrorCode (*const operation)(Mat, Vec, Vec) = multiply;
  check_petsc(MatShellSetOperation(shell, MATOP_MULT, reinterpret_cast<void (*)()>(operation)));
  check_petsc(MatCreateVecs(shell, x.out(), y.out()));
  const std::string text = message_of([&] { check_petsc(MatMult(shell, x, y)); });
  EXPECT_NE(text.find("layer 3 is not finite"), std::string::npos) << text;
  EXPECT_EQ(petsc_callback([] {}), PetscErrorCode(0));
}

} // namespace
} // namespace nadir
