#include "nadir/plan/samples.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace nadir {
namespace {

TEST(Samples, NodesJoinAsSoonAsTheirSiblingsAreThere) {
  EXPECT_EQ(most_nodes_alive({0, 1}, 1), 1);
  EXPECT_EQ(most_nodes_alive({0, 16}, 16), 5);
  EXPECT_EQ(most_nodes_alive({1, 4}, 4), 3);
  EXPECT_EQ(joined_leaves({0, 16}, 16).size(), 1U);
  EXPECT_EQ(joined_leaves({1, 4}, 4).size(), 2U); // 1, then 2 and 3
}

/// No more than 64 leaves, and whole passes in each.
TEST(Samples, LeavesAreFewAndTakeWholePasses) {
  for (const std::int64_t together : {1, 8}) {
    for (const std::int64_t samples : {1, 3, 64, 65, 1000}) {
      const std::int64_t each = samples_per_leaf(samples, together);
      EXPECT_GE(each, together);
      EXPECT_EQ(each % together, 0);
      EXPECT_LE((samples + each - 1) / each, 64);
      EXPECT_LT((each / together - 1) * 64, samples) << "no larger than they have to be";
    }
  }
  EXPECT_EQ(samples_per_leaf(65, 1), 2);
  EXPECT_EQ(samples_per_leaf(513, 8), 16);
}

/// Every leaf is one group's, in order, and no group has two more than another.
TEST(Samples, GroupsShareTheLeaves) {
  for (const std::int64_t leaves : {1, 5, 64})
    for (int groups = 1; groups <= leaves && groups <= 7; ++groups) {
      std::int64_t next = 0;
      for (int g = 0; g < groups; ++g) {
        const Leaves some = leaves_of_group(g, groups, leaves);
        EXPECT_EQ(some.first, next);
        EXPECT_LE(std::abs((some.last - some.first) * groups - leaves), groups);
        EXPECT_GT(some.last, some.first);
        next = some.last;
      }
      EXPECT_EQ(next, leaves);
    }
}

} // namespace
} // namespace nadir
