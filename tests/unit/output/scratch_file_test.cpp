#include "nadir/output/scratch_file.hpp"

#include "nadir/base/error.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace nadir {
namespace {

constexpr std::size_t scratch_size = 10000;

std::vector<double> scratch_array(std::size_t array) {
  std::vector<double> values(scratch_size);
  for (std::size_t i = 0; i < scratch_size; ++i)
    values[i] = static_cast<double>(array * scratch_size + i) / 3;
  return values;
}

TEST(ScratchFile, GivesBackWhatWasWrittenAndHasNoName) {
  const test::Folder folder;
  ScratchFile file(folder / ".", 5, scratch_size);
  EXPECT_TRUE(folder.names().empty());
  for (const std::size_t k : {4, 0, 2}) file.write(k, scratch_array(k).data());
  std::vector<double> values(scratch_size);
  for (const std::size_t k : {0, 2, 4}) {
    file.read(k, values.data());
    EXPECT_EQ(values, scratch_array(k));
  }
  EXPECT_EQ(file.problem(), "");
}

TEST(ScratchFile, RemembersThatTheDiskFailedAndThrowsNothing) {
  const test::Folder folder;
  ScratchFile file(folder / ".", 5, scratch_size);
  file.write(0, scratch_array(0).data());
  {
    const test::FileLimit limit(200000);
    file.write(4, scratch_array(4).data());
  }
  EXPECT_NE(file.problem().find(folder / ""), std::string::npos) << file.problem();
  EXPECT_NE(file.problem().find("File too large"), std::string::npos) << file.problem();
  std::vector<double> values(scratch_size, 1.0);
  file.read(0, values.data()); // does nothing any more
  EXPECT_EQ(values, std::vector<double>(scratch_size, 1.0));
}

TEST(ScratchFile, ThatCannotBeMadeIsAFailure) {
  const test::Folder folder;
  EXPECT_THROW(ScratchFile(folder / "absent", 5, scratch_size), SystemError);
  const test::FileLimit limit(100000);
  EXPECT_THROW(ScratchFile(folder / ".", 5, scratch_size), SystemError);
}

TEST(ScratchFile, SaysWhyAFolderIsNoPlaceForIt) {
  const test::Folder folder;
  EXPECT_EQ(unusable_scratch(folder / "."), "");
  EXPECT_EQ(unusable_scratch("absent/folder"), "there is no folder absent/folder");
  EXPECT_EQ(unusable_scratch("/proc/self/maps"), "/proc/self/maps is not a folder");
  EXPECT_GT(free_disk(folder / "."), 0);
  EXPECT_EQ(free_disk("absent/folder"), 0);
}

} // namespace
} // namespace nadir
