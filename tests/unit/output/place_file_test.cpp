#include "nadir/output/place_file.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

using namespace nadir;
using nadir::test::Folder;
using Names = std::vector<std::string>;

namespace {

TEST(ClearLeftovers, RemovesWhatWasGrowingAndKeepsWhatWasWhole) {
  const Folder folder;
  const Names others{"a.b.h5.part-01234567", "a.h5.part-0123", "a.notes.part-01234567",
                     "a.h5.locktest.0", "ab.h5.part-01234567"};
  folder.touch(others);
  folder.touch({"a.h5.part-01234567", "a.csv.part-89abcdef", "a.checkpoint-3.h5.part-00000000",
                "a.checkpoint-3.h5.part-00000000.locktest.0", "a.lock.part-01234567", "a.h5",
                "a.h5.done-01234567", "a.checkpoint-4.h5.done-01234567"});
  if (test::world_rank() == 0) clear_leftovers(folder / "a.h5");
  Names expected = others;
  expected.insert(expected.end(), {"a.h5", "a.1.h5", "a.checkpoint-4.h5"});
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(folder.names(), expected);
}

TEST(StartWriteBack, ChangesNothingAndNeedsNothing) {
  const Folder folder;
  folder.touch({"a.h5"});
  start_write_back(folder / "a.h5", 0, 4);
  start_write_back(folder / "a.h5", 1 << 20, std::uint64_t{1} << 40);
  start_write_back(folder / "absent.h5", 0, 4);
  std::string text;
  std::ifstream(folder / "a.h5") >> text;
  EXPECT_EQ(text, "a.h5");
  EXPECT_EQ(folder.names(), Names{"a.h5"});
}

TEST(KeepTable, TakesTheNumberItsResultWillGet) {
  const Folder folder;
  folder.touch({"a.h5", "a.1.h5", "a.csv", "a.2.csv"});
  if (test::world_rank() == 0) keep_table(folder / "a.csv", folder / "a");
  EXPECT_EQ(folder.names(), (Names{"a.1.h5", "a.2.csv", "a.3.csv", "a.h5"}));
}

TEST(KeepCompanion, TakesANameThatIsFree) {
  const Folder folder;
  folder.touch({"a.xdmf", "a.1.xdmf", "a.2.h5"});
  if (test::world_rank() == 0) {
    EXPECT_EQ(keep_companion(folder / "a.xdmf"), folder / "a.3.xdmf");
  }
  EXPECT_EQ(folder.names(), (Names{"a.1.xdmf", "a.2.h5", "a.3.xdmf"}));
}

TEST(KeepFile, LeavesTheXdmfFilesOfOthersAlone) {
  const Folder folder;
  folder.touch({"a.h5", "a.1.xdmf"});
  if (test::world_rank() == 0) {
    EXPECT_EQ(keep_file(folder / "a.h5"), folder / "a.2.h5");
  }
  EXPECT_EQ(folder.names(), (Names{"a.1.xdmf", "a.2.h5"}));
}

TEST(IsWrittenBy, KnowsAllNamesOfARunByAnyPath) {
  const Folder folder;
  folder.touch({"a.h5", "a.csv", "a.checkpoint-3.h5", "b.h5"});
  const std::string detour = folder / "nowhere/../a.h5";
  for (const char* name : {"a.h5", "a.csv", "a.xdmf", "a.lock", "a.stop", "a.checkpoint-3.h5",
                           "a.checkpoint-best.h5", "no/../a.h5"})
    EXPECT_TRUE(is_written_by(folder / name, detour)) << name;
  for (const char* name : {"b.h5", "a.toml", "a.checkpoint-3.csv", "no/a.h5"})
    EXPECT_FALSE(is_written_by(folder / name, detour)) << name;
  if (test::world_rank() == 0) std::filesystem::create_symlink("a.h5", folder / "link.h5");
  test::barrier();
  EXPECT_TRUE(is_written_by(folder / "link.h5", detour));
}

TEST(Unwritable, NamesWhatIsNoFileByAnyPath) {
  const Folder folder;
  const auto told = [&](const std::string& name, const std::string& words) {
    const std::string problem = unwritable(folder / name);
    EXPECT_NE(problem.find(words), std::string::npos) << name << ": " << problem;
  };
  told("nowhere/..", "is a folder");
  told("nowhere/../.", "is a folder");
  told("nowhere/", "is not the name of a file");
  told("nowhere/../../../../../../../../../dev/null", "is no regular file");
  if (test::world_rank() == 0) {
    ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
  }
  test::barrier();
  told("nowhere/../fifo", "is no regular file");
  told(std::string(217, 'n') + ".h5", "its name of 217 bytes is too long: at most 216,");
  EXPECT_EQ(unwritable(folder / (std::string(216, 'n') + ".h5")), "");
  std::string deep;
  while (deep.size() < 4096) deep += std::string(200, 'd') + "/";
  told(deep + "a.h5", "is too long: at most 4056,");
  test::barrier();
}

} // namespace
