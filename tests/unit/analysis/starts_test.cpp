#include "nadir/analysis/starts.hpp"

#include "nadir/training/initial_values.hpp"

#include "support/fixed_point_maps.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using test::whole;

TEST(RandomStarts, HaveTheirAmplitudeAndWavelengths) {
  const Case c = test::small_case({24, 32}, {test::periodic, test::periodic});
  const Grid grid(MPI_COMM_WORLD, c.grid), alone(MPI_COMM_SELF, c.grid);
  Coefficients one = initial_coefficients(grid, c), other = initial_coefficients(alone, c);
  const FixedPointMap map(grid, c, one), same(alone, c, other);
  const VecHandle z = map.create(), z_alone = same.create();
  for (std::int64_t k = 0; k < 8; ++k) {
    fill_random_start(grid, 3, k, 0.7, z);
    fill_random_start(alone, 3, k, 0.7, z_alone);
    EXPECT_EQ(whole(grid, z), whole(alone, z_alone)) << k;
    EXPECT_NEAR(root_mean_square(z), 0.7, 0.5) << k;
  }
}

} // namespace
} // namespace nadir
