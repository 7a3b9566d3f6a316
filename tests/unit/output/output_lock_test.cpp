#include "nadir/base/error.hpp"
#include "nadir/output/output_lock.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace nadir;
using nadir::test::Folder;
using nadir::test::text_of;

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

/// Whether a lock for a.h5 is refused in words that name the file.
bool is_refused(const Folder& folder) {
  try {
    const OutputLock lock(MPI_COMM_WORLD, folder / "a.h5", "one");
    return false;
  } catch (const InputError& error) {
    return std::string(error.what()).starts_with(folder / "a.lock is there and no lock of nadir");
  }
}

TEST(OutputLock, LeavesFilesOfOthersAlone) {
  const Folder folder;
  folder.touch({"a.lock"}); // its text is its name
  EXPECT_TRUE(is_refused(folder));
  EXPECT_EQ(text_of(folder / "a.lock"), "a.lock");
  if (test::world_rank() == 0) {
    std::filesystem::resize_file(folder / "a.lock", 0);
  }
  test::barrier();
  EXPECT_TRUE(is_refused(folder)) << "an empty file";
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.lock"});
}

TEST(OutputLock, FollowsNoLinksAndWaitsForNobody) {
  const Folder folder;
  folder.touch({"mine"});
  for (const bool fifo : {false, true}) {
    if (test::world_rank() == 0) {
      std::filesystem::remove(folder / "a.lock");
      if (!fifo) std::filesystem::create_symlink("mine", folder / "a.lock");
      ASSERT_TRUE(!fifo || mkfifo((folder / "a.lock").c_str(), 0600) == 0);
    }
    test::barrier();
    EXPECT_TRUE(is_refused(folder));
    EXPECT_EQ(text_of(folder / "mine"), "mine");
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.lock", "mine"}));
  }
}

TEST(OutputLock, TakesOverWhatKilledRunsLeft) {
  const Folder folder;
  for (const char* left :
       {"nadir: host h, process 1, since then", "host h, process 1, since then"}) {
    if (test::world_rank() == 0) std::ofstream(folder / "a.lock") << left;
    test::barrier();
    {
      const OutputLock lock(MPI_COMM_WORLD, folder / "a.h5", "one");
      EXPECT_TRUE(lock.held());
      EXPECT_EQ(text_of(folder / "a.lock"), "nadir: one");
    }
    EXPECT_TRUE(folder.names().empty());
  }
}

} // namespace
