#include "nadir/output/place_file.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <cstdint>
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
                "a.checkpoint-3.h5.part-00000000.locktest.0", "a.h5", "a.h5.done-01234567",
                "a.checkpoint-4.h5.done-01234567"});
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

} // namespace
