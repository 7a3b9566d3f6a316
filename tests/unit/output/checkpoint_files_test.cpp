#include "nadir/output/checkpoint_files.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <fstream>

using namespace nadir;
using nadir::test::Folder;
using Names = std::vector<std::string>;

namespace {

bool all(const std::string& /*path*/) { return true; }

TEST(CheckpointFiles, AreListedNewestFirst) {
  const Folder folder;
  folder.touch({"a.checkpoint-9.h5", "a.checkpoint-100.h5", "a.checkpoint-20.h5", "a.h5",
                "a.checkpoint-best.h5", "a.checkpoint-20.1.h5", "a.checkpoint-.h5",
                "a.checkpoint-30.h5.part-01234567", "b.checkpoint-500.h5"});
  const auto found = list_checkpoints(MPI_COMM_WORLD, folder / "a.h5");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].number, 100);
  EXPECT_EQ(found[0].path, folder / "a.checkpoint-100.h5");
  EXPECT_EQ(found[1].number, 20);
  EXPECT_EQ(found[2].number, 9);
}

TEST(CheckpointFiles, OnlyOursAreDeletedAndOthersSetAside) {
  const Folder folder;
  folder.touch({"a.checkpoint-1.h5", "a.checkpoint-2.h5", "a.checkpoint-3.h5", "a.checkpoint-40.h5",
                "a.checkpoint-best.h5"});
  const auto ours = [&](const std::string& path) {
    return path != folder / "a.checkpoint-40.h5" && path != folder / "a.checkpoint-best.h5";
  };
  if (test::world_rank() == 0) {
    rotate_checkpoints(folder / "a.h5", 2, ours);
    set_aside_checkpoints(folder / "a.h5", ours);
  }
  EXPECT_EQ(folder.names(), (Names{"a.checkpoint-2.h5", "a.checkpoint-3.h5", "a.checkpoint-40.1.h5",
                                   "a.checkpoint-best.1.h5"}));
}

TEST(CheckpointFiles, TheBestOneHasTwoNames) {
  const Folder folder;
  folder.touch({"a.checkpoint-1.h5", "a.checkpoint-2.h5"});
  if (test::world_rank() == 0) {
    name_best_checkpoint(folder / "a.h5", folder / "a.checkpoint-1.h5");
    name_best_checkpoint(folder / "a.h5", folder / "a.checkpoint-2.h5");
    rotate_checkpoints(folder / "a.h5", 0, all);
  }
  EXPECT_EQ(folder.names(), Names{"a.checkpoint-best.h5"});
  std::string text;
  std::ifstream(folder / "a.checkpoint-best.h5") >> text;
  EXPECT_EQ(text, "a.checkpoint-2.h5");
}

TEST(CheckpointFiles, TheBestOneIsRemovedOnlyIfItIsOurs) {
  const Folder folder;
  folder.touch({"a.checkpoint-best.h5", "a.checkpoint-1.h5"});
  const auto none = [](const std::string&) { return false; };
  if (test::world_rank() == 0) {
    remove_best_checkpoint(folder / "a.h5", none);
    remove_best_checkpoint(folder / "b.h5", all); // there is none
  }
  EXPECT_EQ(folder.names(), (Names{"a.checkpoint-1.h5", "a.checkpoint-best.h5"}));
  if (test::world_rank() == 0) remove_best_checkpoint(folder / "a.h5", all);
  EXPECT_EQ(folder.names(), Names{"a.checkpoint-1.h5"});
}

} // namespace
