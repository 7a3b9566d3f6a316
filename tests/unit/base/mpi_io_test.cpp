#include "base/mpi_io.hpp"

#include "nadir/base/error.hpp"

#include "support/environment.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

constexpr char shared_pointers[] = "OMPI_MCA_sharedfp";

TEST(MpiIo, LeavesOutSharedPointersUnlessTheEnvironmentWantsThem) {
  {
    const test::Environment chosen(shared_pointers, "individual");
    prepare_mpi_io();
    EXPECT_STREQ(std::getenv(shared_pointers), "individual");
  }
  const test::Environment restored(shared_pointers, "");
  unsetenv(shared_pointers);
  prepare_mpi_io();
  EXPECT_STREQ(std::getenv(shared_pointers), "^lockedfile,sm");
}

TEST(MpiIo, TheFilesOfThisMpiCanBeOpened) { EXPECT_NO_THROW(check_mpi_io(MPI_COMM_WORLD)); }

#ifdef OPEN_MPI
/// One rank's environment has the wrong name, all refuse with the same words.
TEST(MpiIo, APlugInThatIsNotThereIsRefusedByAllRanks) {
  const bool last = test::world_rank() + 1 == test::world_size();
  const test::Environment wrong("OMPI_MCA_fs", last ? "uff" : "^none");
  try {
    check_mpi_io(MPI_COMM_WORLD);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_TRUE(
        std::string(error.what())
            .starts_with("OMPI_MCA_fs=uff: this MPI has no 'uff' (did you mean 'ufs'?); it has: "))
        << error.what();
  }
}
#endif

} // namespace
} // namespace nadir
