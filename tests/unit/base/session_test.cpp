#include "nadir/base/session.hpp"

#include "nadir/base/check.hpp"

#include <gtest/gtest.h>

#include <petscvec.h>

#include <string>

namespace nadir {
namespace {

TEST(Check, PetscErrorsCarryPetscsText) {
  Vec v = nullptr;
  check_petsc(VecCreateMPI(MPI_COMM_WORLD, 2, PETSC_DECIDE, &v));
  try {
    check_petsc(VecSetType(v, "no-such-type"));
    FAIL() << "no error";
  } catch (const SystemError& error) {
    EXPECT_NE(std::string(error.what()).find("no-such-type"), std::string::npos) << error.what();
  }
  VecDestroy(&v);
  EXPECT_TRUE(take_petsc_message().empty());
}

TEST(Check, MpiErrorsAreThrown) {
  EXPECT_NO_THROW(check_mpi(MPI_SUCCESS));
  EXPECT_THROW(check_mpi(MPI_ERR_COMM), SystemError);
}

TEST(InputError, PutsEveryProblemOnALineOfItsOwn) {
  const InputError error(std::vector<std::string>{"one", "two"});
  EXPECT_STREQ(error.what(), "one\ntwo");
  EXPECT_EQ(error.code(), ExitCode::input);
}

} // namespace
} // namespace nadir
