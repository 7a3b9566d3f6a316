#include "nadir/grid/space.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace nadir {
namespace {

/// Every point is one rank's, and its number is its place in an array of all points.
TEST(Space, PointsAreSharedOut) {
  const Case c = test::small_case({5, 4, 6}, {test::periodic, test::reflect, test::periodic});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Space& space = grid;
  EXPECT_EQ(space.points(), 120);
  EXPECT_EQ(space.dimension(), 3);
  std::vector<int> owners(120, 0);
  const Box& box = space.owned();
  for (std::int64_t z = 0; z < box.count[0]; ++z)
    for (std::int64_t y = 0; y < box.count[1]; ++y)
      for (std::int64_t x = 0; x < box.count[2]; ++x) {
        const std::int64_t place =
            ((box.start[0] + z) * 4 + box.start[1] + y) * 6 + box.start[2] + x;
        EXPECT_EQ(space.global_index(z, y, x), place);
        ++owners[static_cast<std::size_t>(place)];
      }
  MPI_Allreduce(MPI_IN_PLACE, owners.data(), 120, MPI_INT, MPI_SUM, space.comm());
  EXPECT_EQ(owners, std::vector<int>(120, 1));
}

} // namespace
} // namespace nadir
