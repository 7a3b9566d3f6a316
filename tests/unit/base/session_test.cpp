#include "nadir/base/session.hpp"

#include "nadir/base/check.hpp"

#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

namespace nadir {
namespace {

bool left_over(const std::string& option) {
  PetscInt count = 0;
  char** names = nullptr;
  char** values = nullptr;
  check_petsc(PetscOptionsLeftGet(nullptr, &count, &names, &values));
  const bool found = std::find(names, names + count, option) != names + count;
  check_petsc(PetscOptionsLeftRestore(nullptr, &count, &names, &values));
  return found;
}

TEST(Session, AnOptionThatWasAskedForIsNotLeftOver) {
  check_petsc(PetscOptionsSetValue(nullptr, "-a_test_of_nadir", "1"));
  EXPECT_TRUE(left_over("a_test_of_nadir"));
  query_options({"-a_test_of_nadir", "-not_given"});
  EXPECT_FALSE(left_over("a_test_of_nadir"));
  check_petsc(PetscOptionsClearValue(nullptr, "-a_test_of_nadir"));
}

TEST(Session, TheClockOfTheProcessGoesOn) {
  const double before = process_seconds();
  EXPECT_GT(before, 0.0);
  EXPECT_GE(process_seconds(), before);
}

/// A program's own communicator: two groups of ranks, or one where there is one rank.
class OwnRanks : public testing::Test {
 protected:
  OwnRanks() { MPI_Comm_split(MPI_COMM_WORLD, test::world_rank() % 2, 0, &half); }
  ~OwnRanks() override { MPI_Comm_free(&half); }
  MPI_Comm half = MPI_COMM_NULL;
};

/// MPI and PETSc run already, here for the tests.
TEST_F(OwnRanks, ASessionWorksOnDuplicatesAndEndsNothing) {
  const auto before = std::signal(SIGXFSZ, SIG_DFL);
  {
    const Session session(half, {"--nadir_own", "3", "word"});
    int same = MPI_UNEQUAL;
    MPI_Comm_compare(session.comm(), half, &same);
    EXPECT_EQ(same, MPI_CONGRUENT);
    MPI_Comm_size(half, &same);
    EXPECT_EQ(session.ranks(), same);
    EXPECT_EQ(session.unused_petsc_words(), (std::vector<std::string>{"--nadir_own", "word"}));
    PetscInt value = 0;
    check_petsc(PetscOptionsGetInt(nullptr, nullptr, "-nadir_own", &value, nullptr));
    EXPECT_EQ(value, 3);
    EXPECT_EQ(session.unused_petsc_words(), std::vector<std::string>{"word"});
  }
  EXPECT_EQ(std::signal(SIGXFSZ, before), SIG_DFL);
  int ended = 1;
  MPI_Finalized(&ended);
  EXPECT_FALSE(ended);
  PetscBool runs = PETSC_FALSE, left = PETSC_TRUE;
  PetscInitialized(&runs);
  EXPECT_TRUE(runs);
  check_petsc(PetscOptionsHasName(nullptr, nullptr, "-nadir_own", &left));
  EXPECT_FALSE(left) << "options are lent to the PETSc of others";
  EXPECT_THROW(check_petsc(PETSC_ERR_MEM), SystemError) << "its errors are still caught";
}

TEST_F(OwnRanks, AgreeIsAmongThemAlone) {
  const Session session(half);
  const bool first_group = test::world_rank() % 2 == 0;
  const bool last = session.rank() + 1 == session.ranks();
  testing::internal::CaptureStderr();
  const ExitCode mine = first_group && last ? ExitCode::numerics : ExitCode::done;
  const ExitCode all = session.agree(mine, "diverged");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), mine == ExitCode::done ? "" : "diverged\n");
  EXPECT_EQ(all, first_group ? ExitCode::numerics : ExitCode::done);
}

TEST_F(OwnRanks, WordsThatPetscWouldNotSurviveLeaveAllAsItWas) {
  const auto before = std::signal(SIGXFSZ, SIG_DFL);
  EXPECT_THROW(Session(half, {"-mpi_linear_solver_server"}), InputError);
  EXPECT_EQ(std::signal(SIGXFSZ, before), SIG_DFL);
  EXPECT_NO_THROW(Session(half, {"-nadir_own"}));
}

} // namespace
} // namespace nadir
