#include "nadir/analysis/relaxation_history.hpp"
#include "nadir/training/initial_values.hpp"

#include "support/fixed_point_maps.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

using test::ring;
using test::uniform_inputs;
using test::varying_case;
using test::varying_coefficients;

class Rate : public testing::TestWithParam<Activation> {};

/// The leading eigenvalue against what a relaxation does.
TEST_P(Rate, IsPredictedByTheLeadingEigenvalue) {
  Case c = varying_case({test::reflect, test::value_of(0.2)}, GetParam() == "tanh" ? 0.4 : -0.05);
  c.network.activation = GetParam();
  c.attractor.depth_tolerance = 1e-10;
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = varying_coefficients(grid, c);
  Observations observations = uniform_inputs(grid, {0.6});
  FixedPointMap map(grid, c, coefficients);
  const VecHandle noise = map.create();
  fill_noise(grid, 9, noise);
  std::copy_n(VecRead(noise).data(), observations.points, observations.input.begin());
  AttractorSearch search(map, c.attractor, observations);
  const Attractors found = search.run([](const std::string&) {});
  ASSERT_GE(found.reached[0], 0);
  const FixedPoint& p = found.points[static_cast<std::size_t>(found.reached[0])];
  const RelaxationHistory h = follow_relaxation(map, c.attractor, observations, 0, &p);
  EXPECT_NEAR(std::log(h.rate) / std::log(p.spectrum.radius), 1.0, 0.01);
  EXPECT_GT(h.depth, 10);
  EXPECT_LE(h.departure.back(), 1e-9); // at rest
  EXPECT_EQ(h.best_depth, -1);         // no target
}

INSTANTIATE_TEST_SUITE_P(Activations, Rate, testing::Values("identity", "tanh"));

/// The decaying ring: every quantity by hand.
TEST(RelaxationHistory, IsKnownForAUniformDecay) {
  Case c = ring(5, "identity", -0.5, 0.0, 0.0, 0.4);
  c.network.layers = 7;
  c.data.targets.emplace_back().layer = 7;
  c.attractor.depth_tolerance = 1e-3;
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = initial_coefficients(grid, c);
  Observations observations = uniform_inputs(grid, {1.0});
  Target target;
  const auto points = static_cast<std::size_t>(observations.points);
  target.y.assign(points, 0.5);
  target.used.assign(points, 1);
  target.withheld.assign(points, 0);
  target.used_total = 5;
  observations.targets.push_back(target);
  FixedPointMap map(grid, c, coefficients);
  AttractorSearch search(map, c.attractor, observations);
  const Attractors found = search.run([](const std::string&) {});
  const RelaxationHistory h =
      follow_relaxation(map, c.attractor, observations, 0, &found.points[0]);
  EXPECT_EQ(h.depth, 31); // the first with 0.8^l <= 1e-3
  EXPECT_NEAR(h.predicted_depth, std::log(1e-3) / std::log(0.8), 1e-6);
  EXPECT_NEAR(h.rate, 0.8, 1e-9);
  ASSERT_EQ(h.distance.size(), 32u);
  for (std::size_t l = 0; l < h.distance.size(); ++l) {
    const double z = std::pow(0.8, static_cast<double>(l));
    EXPECT_NEAR(h.distance[l], z, 1e-12);
    EXPECT_NEAR(h.departure[l], z - 0.5 * z, 1e-12);
    EXPECT_NEAR(h.liouvillean[l], 0.5 * z - 0.25 * z, 1e-12);
    EXPECT_NEAR(h.loss[l], 5 * (z - 0.5) * (z - 0.5), 1e-12);
  }
  EXPECT_EQ(h.best_depth, 3); // 0.8^3 = 0.512
}

} // namespace
} // namespace nadir
