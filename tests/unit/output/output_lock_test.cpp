#include "nadir/base/error.hpp"
#include "nadir/output/output_lock.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

using namespace nadir;
using nadir::test::Folder;

namespace {

TEST(OutputLock, RefusesASecondRunAndNamesTheFirst) {
  const Folder folder;
  const std::string path = folder / "new/a.h5";
  {
    const OutputLock first(MPI_COMM_WORLD, path, "the first one");
    EXPECT_TRUE(first.held()) << first.warning();
    try {
      const OutputLock second(MPI_COMM_WORLD, path, "the second one");
      ADD_FAILURE() << "two runs at once";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("another run is writing it (the first one)"),
                std::string::npos)
          << error.what();
    }
    const OutputLock other(MPI_COMM_WORLD, folder / "new/b.h5", "another");
    EXPECT_TRUE(other.held());
  }
  const OutputLock after(MPI_COMM_WORLD, path, "after the first one");
  EXPECT_TRUE(after.held());
}

TEST(OutputLock, LeavesNothingBehind) {
  const Folder folder;
  { const OutputLock lock(MPI_COMM_WORLD, folder / "deep/er/a.h5", "one"); }
  EXPECT_TRUE(folder.names().empty()) << folder.names().front();
}

} // namespace
