#include "nadir/grid/grid.hpp"

#include "nadir/base/error.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

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
