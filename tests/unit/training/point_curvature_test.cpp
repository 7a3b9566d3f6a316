#include "nadir/training/point_curvature.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

constexpr double R = -0.1, omega = 0.6, level = 0.4;
constexpr int layers = 3;

/// z <- (1 + omega R) z on a ring: the state stays the same everywhere.
Case decay(bool in_space, bool by_layer) {
  Case c = test::small_case({6}, {test::periodic});
  c.network.layers = layers;
  c.network.activation = "identity";
  c.network.bias = test::fixed({0.0});
  c.kernel["reaction"] = test::trained({R}, in_space, by_layer);
  return c;
}

/// Two samples of one level, every point but the first observed at the end.
Observations levels(const Grid& grid, const Case& c) {
  Observations o = test::random_observations(grid, c, 2);
  std::ranges::fill(o.input, level);
  Target& target = o.targets[0];
  test::for_points(grid, [&](auto, auto, auto x, std::int64_t i) {
    for (std::int64_t s = 0; s < 2; ++s)
      target.used[static_cast<std::size_t>(s * o.points + x)] = i > 0;
  });
  target.weight = 1.5;
  return o;
}

/// Blocks of the only group there is, on all ranks' boxes one after the other.
std::vector<double> blocks_of(const Case& c) {
  const Grid grid(MPI_COMM_SELF, c.grid, state_ghosts(c));
  const Observations observations = levels(grid, c);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  PointCurvature curvature(grid, c, objective);
  curvature.renew(objective.initial_control());
  EXPECT_EQ(curvature.groups().size(), 1u);
  return curvature.groups()[0].blocks;
}

constexpr double w = 1.5;
const double a = 1 + omega * R;
/// d z_n / dR = n omega (1 + omega R)^(n-1) z_0
const double slope = layers * omega * std::pow(a, layers - 1) * level;

/// Of a state without gradients nothing is carried elsewhere: the second derivative itself.
TEST(PointCurvature, OfOneUnknownIsWhatItsLayersAddUpTo) {
  const std::vector<double> B = blocks_of(decay(true, false));
  ASSERT_EQ(B.size(), 6u);
  EXPECT_EQ(B[0], 0.0); // not observed
  for (std::size_t i = 1; i < 6; ++i)
    EXPECT_NEAR(B[i], 2 * 2 * w * slope * slope, 1e-13); // of two samples
}

TEST(PointCurvature, OfANumberIsTheSumOverPoints) {
  const std::vector<double> B = blocks_of(decay(false, false));
  ASSERT_EQ(B.size(), 1u);
  EXPECT_NEAR(B[0], 5 * 2 * 2 * w * slope * slope, 1e-12);
}

TEST(PointCurvature, OfLayersOfTheirOwnIsABound) {
  const std::vector<double> B = blocks_of(decay(true, true));
  ASSERT_EQ(B.size(), 6u * layers);
  for (int l = 0; l < layers; ++l) {
    const double s = omega * std::pow(a, l) * level;
    EXPECT_NEAR(B[static_cast<std::size_t>(6 * l + 1)], layers * 2 * 2 * w * s * s, 1e-13) << l;
  }
}

/// More unknowns at a point than a block holds: every one stands alone.
TEST(PointCurvature, KeepsTheDiagonalOfMany) {
  Case c = test::stencil_case({9, 8}, {test::periodic, test::periodic}, 2);
  c.kernel["weights"] = test::trained(c.kernel["weights"].init, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
  const Observations observations = test::random_observations(grid, c, 1);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  PointCurvature curvature(grid, c, objective);
  curvature.renew(objective.initial_control());
  EXPECT_EQ(curvature.groups().size(), 25u);
  for (const auto& group : curvature.groups()) {
    EXPECT_EQ(group.members.size(), 1u);
    for (const double B : group.blocks) EXPECT_GE(B, 0.0);
  }
}

TEST(PointCurvature, CoversLayersOfNeighbours) {
  EXPECT_TRUE(PointCurvature::covers(decay(true, false)));
  Case c = decay(true, false);
  c.network.attractor = true;
  EXPECT_FALSE(PointCurvature::covers(c));
  c = decay(true, false);
  test::set_kernel(c, {"dense"});
  EXPECT_FALSE(PointCurvature::covers(c));
  c = decay(true, false);
  c.network.basis = Basis::hat;
  EXPECT_FALSE(PointCurvature::covers(c));
}

} // namespace
} // namespace nadir
