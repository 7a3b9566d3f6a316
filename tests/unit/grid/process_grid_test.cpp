#include "nadir/grid/process_grid.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(ProcessGrid, CutsTheAxesWithTheSmallestSurface) {
  EXPECT_EQ(*choose_process_grid({1, 100, 100}, 16), (ProcessGrid{1, 4, 4}));
  EXPECT_EQ(*choose_process_grid({1, 100, 100}, 4), (ProcessGrid{1, 4, 1})); // a tie: whole rows
  EXPECT_EQ(*choose_process_grid({1, 400, 10}, 4), (ProcessGrid{1, 4, 1}));
  EXPECT_EQ(*choose_process_grid({1, 1, 64}, 3), (ProcessGrid{1, 1, 3}));
  EXPECT_EQ(*choose_process_grid({50, 50, 50}, 8), (ProcessGrid{2, 2, 2}));
}

TEST(ProcessGrid, KnowsWhenRanksDoNotFit) {
  EXPECT_FALSE(choose_process_grid({1, 1, 5}, 6));
  EXPECT_EQ(largest_usable_ranks({1, 1, 5}, 6), 5);
  EXPECT_FALSE(choose_process_grid({1, 3, 3}, 7)); // a prime needs an axis of 7 points
  EXPECT_EQ(largest_usable_ranks({1, 3, 3}, 7), 6);
  EXPECT_FALSE(choose_process_grid({1, 1, 5}, 3, 2)); // every rank needs two points
}

TEST(ProcessGrid, TheLargestBoxBoundsEveryRank) {
  EXPECT_EQ(largest_box({1, 10, 7}, {1, 3, 2}), (Extents{1, 4, 4}));
}

TEST(ProcessGrid, ShapesHaveThreeExtents) {
  EXPECT_EQ(three_extents({5}), (Extents{1, 1, 5}));
  EXPECT_EQ(three_extents({4, 5}), (Extents{1, 4, 5}));
  EXPECT_EQ(points_in({1 << 30, 1 << 30, 1 << 30}), 0x1p90); // more than 64 bits count
}

} // namespace
} // namespace nadir
