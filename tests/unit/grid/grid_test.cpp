#include "nadir/grid/grid.hpp"

#include "nadir/base/error.hpp"

#include "support/cases.hpp"

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

TEST(Grid, RanksOwnEveryPointOnce) {
  const Case c = test::small_case({6, 7}, {test::periodic, test::reflect});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  std::vector<int> owners(42, 0);
  test::for_points(
      grid, [&](auto, auto, auto, std::int64_t i) { ++owners[static_cast<std::size_t>(i)]; });
  MPI_Allreduce(MPI_IN_PLACE, owners.data(), 42, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  for (const int n : owners) EXPECT_EQ(n, 1);
}

TEST(Grid, NeighboursAreMutualAndEndAtBoundaries) {
  const Case c = test::small_case({6, 7, 8}, {test::periodic, test::reflect, test::periodic});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  for (int axis = 0; axis < 3; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    const bool first = grid.owned().start[a] == 0;
    const bool last = grid.owned().start[a] + grid.owned().count[a] == grid.shape()[a];
    const bool wraps = grid.boundary(axis).kind == BoundaryKind::periodic;
    EXPECT_EQ(grid.neighbour(axis, 0).has_value(), wraps || !first);
    EXPECT_EQ(grid.neighbour(axis, 1).has_value(), wraps || !last);
  }
}

} // namespace
} // namespace nadir
