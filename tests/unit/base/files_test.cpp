#include "nadir/base/files.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace nadir {
namespace {

TEST(Files, OnlyRegularFilesAreOpenedWithoutAWord) {
  const test::Folder folder;
  folder.touch({"plain"});
  if (test::world_rank() == 0) {
    EXPECT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
    std::filesystem::create_symlink("pipe", folder / "link");
  }
  test::barrier();
  EXPECT_EQ(irregular_file(folder / "plain"), "");
  EXPECT_EQ(irregular_file(folder / "absent"), "");
  EXPECT_EQ(irregular_file(folder / ""), "a folder, not a file");
  EXPECT_EQ(irregular_file(folder / "pipe"), "a FIFO, not a regular file");
  EXPECT_EQ(irregular_file(folder / "link"), "a FIFO, not a regular file");
  EXPECT_EQ(irregular_file("/dev/null"), "not a regular file");
}

} // namespace
} // namespace nadir
