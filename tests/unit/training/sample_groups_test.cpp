#include "nadir/training/sample_groups.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace nadir {
namespace {

/// Every leaf is one group's, in order, and no group has two more than another.
TEST(SampleGroups, ShareTheLeaves) {
  for (const std::int64_t leaves : {1, 5, 64})
    for (int groups = 1; groups <= leaves && groups <= 7; ++groups) {
      std::int64_t next = 0;
      for (int g = 0; g < groups; ++g) {
        const auto range = SampleGroups::leaves_of(g, groups, leaves);
        EXPECT_EQ(range.first, next);
        EXPECT_LE(std::abs((range.last - range.first) * groups - leaves), groups);
        EXPECT_GT(range.last, range.first);
        next = range.last;
      }
      EXPECT_EQ(next, leaves);
    }
}

} // namespace
} // namespace nadir
