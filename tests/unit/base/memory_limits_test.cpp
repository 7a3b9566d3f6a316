#include "nadir/base/memory_limits.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <cmath>
#include <fstream>
#include <string>

using namespace nadir;
using nadir::test::barrier;
using nadir::test::Folder;
using nadir::test::world_rank;

namespace {

/// What Linux would tell of control groups, in a folder. Rank 0 writes.
class Tree {
 public:
  void write(const std::string& name, const std::string& text) const {
    if (world_rank() == 0) {
      const std::filesystem::path path(folder_ / name);
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path) << text;
    }
    barrier();
  }
  double room() const {
    const double room = control_group_room(folder_ / "own", folder_ / "mount");
    barrier(); // before rank 0 writes again
    return room;
  }

 private:
  Folder folder_;
};

TEST(ControlGroups, TheTightestOfTheGroupsAroundAProcessCounts) {
  const Tree tree;
  tree.write("own", "0::/slurm/job 1/step\n");
  tree.write("mount/slurm/memory.max", "max\n");
  EXPECT_TRUE(std::isinf(tree.room()));
  tree.write("mount/slurm/job 1/memory.max", "1000000\n");
  tree.write("mount/slurm/job 1/memory.current", "700000\n");
  tree.write("mount/slurm/job 1/memory.stat", "anon 500000\ninactive_file 200000\n");
  EXPECT_EQ(tree.room(), 500000);
  tree.write("mount/slurm/job 1/step/memory.max", "600000\n");
  tree.write("mount/slurm/job 1/step/memory.current", "200000\n");
  EXPECT_EQ(tree.room(), 400000);
  tree.write("mount/slurm/job 1/step/memory.high", "300000\n");
  EXPECT_EQ(tree.room(), 100000);
  tree.write("mount/slurm/job 1/step/memory.current", "400000\n");
  EXPECT_EQ(tree.room(), 1) << "0 would mean that nothing is known";
}

TEST(ControlGroups, VersionOneIsKnown) {
  const Tree tree;
  tree.write("own", "12:cpu,cpuacct:/job\n5:memory:/job\n1:name=systemd:/job\n");
  tree.write("mount/memory/memory.limit_in_bytes", "9223372036854771712\n");
  tree.write("mount/memory/memory.usage_in_bytes", "123\n");
  EXPECT_GT(tree.room(), 9e18);
  tree.write("mount/memory/job/memory.limit_in_bytes", "4096000\n");
  tree.write("mount/memory/job/memory.usage_in_bytes", "96000\n");
  tree.write("mount/memory/job/memory.stat", "cache 90000\ntotal_inactive_file 50000\n");
  EXPECT_EQ(tree.room(), 4050000);
}

TEST(ControlGroups, AContainerKnowsItsGroupByAnotherPath) {
  const Tree tree;
  tree.write("own", "0::/../../docker/0123\n");
  tree.write("mount/memory.max", "5000\n");
  tree.write("mount/memory.current", "2000\n");
  EXPECT_EQ(tree.room(), 3000);
  EXPECT_TRUE(std::isinf(control_group_room("/no/such/file", "/no/such/mount")));
}

TEST(ProcessMemory, TheLimitOfTheAddressSpaceCounts) {
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  constexpr rlim_t limit = rlim_t{1} << 46; // the address sanitizer alone maps more than 2^44 bytes
  const rlimit lower{limit, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &lower), 0);
  const double room = process_memory_room();
  setrlimit(RLIMIT_AS, &before);
  EXPECT_LT(room, static_cast<double>(limit));
  EXPECT_GT(room, static_cast<double>(limit) / 2);
  if (before.rlim_cur == RLIM_INFINITY) {
    EXPECT_TRUE(std::isinf(process_memory_room()));
  }
}

} // namespace
