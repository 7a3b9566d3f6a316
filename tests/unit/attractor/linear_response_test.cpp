#include "nadir/attractor/linear_response.hpp"

#include "nadir/training/initial_values.hpp"

#include "support/fixed_point_maps.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using test::ring;

/// D = 0 on an even periodic axis: the checkerboard is a null vector too, on an odd one not.
TEST(LinearResponse, HasCheckerboardsWithoutDiffusion) {
  for (const std::int64_t n : {8, 9}) {
    const Case c = ring(n, "identity", 0.0, 0.3, 0.0, 0.5);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    Coefficients coefficients = initial_coefficients(grid, c);
    FixedPointMap map(grid, c, coefficients);
    map.linearise(map.create());
    LinearResponse response(map);
    EXPECT_EQ(response.find_null_space().right.size(), n % 2 == 0 ? 2u : 1u);
    for (const VecHandle& psi : response.null_space().left) {
      const VecHandle image = map.create();
      check_petsc(MatMultTranspose(map.residual_jacobian(), psi, image));
      EXPECT_LE(root_mean_square(image), 1e-13);
    }
  }
}

/// Pure diffusion is symmetric: the constant is its left null vector as well, and what the
/// transpose makes of it no more than rounding, 0 or not.
TEST(LinearResponse, FindsTheLeftNullVectorOfPureDiffusion) {
  const std::vector<std::vector<double>> spacings{
      {1.0, 1.0}, {0.5, 0.5}, {0.25, 0.25}, {1.0, 0.5}, {0.3, 0.7}};
  for (const double D : {1e-13, 0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 1e5}) {
    for (const auto& spacing : spacings) {
      Case c = test::small_case({8, 9}, {test::reflect, test::periodic});
      c.grid.spacing = spacing;
      c.network.activation = "identity";
      c.network.bias = c.kernel["reaction"] = test::fixed({0.0});
      c.kernel["advection"] = test::fixed({0.0, 0.0});
      c.kernel["diffusion"] = test::fixed({D});
      c.data.targets.clear();
      const Grid grid(MPI_COMM_WORLD, c.grid);
      Coefficients coefficients = initial_coefficients(grid, c);
      FixedPointMap map(grid, c, coefficients);
      map.linearise(map.create());
      LinearResponse response(map);
      ASSERT_NO_THROW(response.find_null_space()) << D << ", " << spacing[0] << ", " << spacing[1];
      const NullSpace& null = response.null_space();
      ASSERT_EQ(null.right.size(), 1u) << D;
      ASSERT_EQ(null.left.size(), 1u) << D;
      for (const double value : test::whole(grid, null.left[0]))
        EXPECT_NEAR(value, 1.0 / std::sqrt(72.0), 1e-14) << D;
    }
  }
}

/// R = 1e-16 is R = 0 for an operator that rounds: W = I.
TEST(LinearResponse, WhatIsZeroToRoundingIsEverything) {
  const Case c = ring(9, "identity", 2e-16, 0.0, 0.0, 0.5);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = initial_coefficients(grid, c);
  FixedPointMap map(grid, c, coefficients);
  map.linearise(map.create());
  LinearResponse response(map);
  EXPECT_TRUE(response.find_null_space().everything);
}

} // namespace
} // namespace nadir
