#include "nadir/network/schemes.hpp"
#include "nadir/training/gradient_check.hpp"

#include "support/cases.hpp"
#include "support/taylor.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

/// The acceptance of theory, section 6, for every scheme with every normalisation; dimensions,
/// boundaries, activations, kernels and where parameters vary take turns. Run on 1, 2 and 3 ranks.
namespace nadir {
namespace {

constexpr std::array all_normalisations{Normalisation::none, Normalisation::uniform,
                                        Normalisation::radial, Normalisation::project};
constexpr std::array smooth{"tanh", "sigmoid", "sin", "gelu", "softplus"};

/// All combinations with a stride, so that neighbours differ in everything.
Case turning_case(std::size_t turn) {
  const std::vector<std::vector<std::int64_t>> shapes{{13}, {5, 4}, {3, 4, 3}};
  const auto& shape = shapes[turn % shapes.size()];
  const auto boundaries = test::boundary_choices(shape.size());
  const auto& boundary = boundaries[turn / shapes.size() % boundaries.size()];
  Case c = turn % 4 == 1 ? test::stencil_case(shape, boundary, 1)
                         : test::small_case(shape, boundary, DiffusionTensor::full);
  c.network.activation = smooth[turn % smooth.size()];
  c.network.layers = 2;
  c.network.rate = 1.3;
  c.network.thermostat = 0.7;
  c.data.targets[0].layer = 2;
  return c;
}

void check_gradient(Case c, bool by_space, bool by_layer, const std::string& what) {
  test::train_all(c, by_space, by_layer);
  const Grid grid(MPI_COMM_WORLD, c.grid, c.kernel.radius());
  const Observations observations = test::random_observations(grid, c, 1);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.03));
  GradientCheck check(grid, c, objective);
  const VecHandle x = objective.initial_control();
  EXPECT_LE(check.transpose(x).difference, 1e-13) << what;
  for (const auto& taylor : test::taylor_checks(grid, c, objective, x)) {
    EXPECT_TRUE(taylor.passed()) << what << ", " << taylor.parameter << ": slope " << taylor.slope;
    EXPECT_GE(taylor.window, 0) << what << ", " << taylor.parameter;
    EXPECT_EQ(taylor.sign_changes, 0);
  }
}

TEST(SchemeGradient, EverySchemeWithEveryNormalisation) {
  std::size_t turn = 0;
  for (int round = 0; round < 3; ++round) {
    for (const auto& scheme : schemes) {
      for (const auto normalisation : all_normalisations) {
        Case c = turning_case(turn);
        c.network.scheme = scheme.kind;
        c.network.normalisation = normalisation;
        check_gradient(c, turn % 2 == 0, turn / 2 % 2 == 0,
                       std::string(scheme.name) + ", normalisation " +
                           std::to_string(static_cast<int>(normalisation)) + ", turn " +
                           std::to_string(turn));
        ++turn;
      }
    }
    ++turn; // else the rounds would be alike
  }
}

/// Far from its kinks.
TEST(SchemeGradient, ReluWithoutSignChanges) {
  for (const auto& scheme : schemes) {
    Case c = turning_case(0);
    c.network.scheme = scheme.kind;
    c.network.activation = "relu";
    c.network.bias = test::fixed({-3.0}); // all Z above 0 ...
    c.network.relaxation = test::fixed({0.3});
    c.kernel["reaction"] = test::trained({-0.1}, false, false); // ... and so along this direction
    const Grid grid(MPI_COMM_WORLD, c.grid);
    const Observations observations = test::random_observations(grid, c, 1);
    Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
    GradientCheck check(grid, c, objective);
    const VecHandle x = objective.initial_control();
    for (const auto& direction : check.directions(x)) {
      EXPECT_EQ(direction.sign_changes, 0) << scheme.name;
      EXPECT_LE(direction.relative, DirectionCheck::relative_tolerance) << scheme.name;
    }
  }
}

} // namespace
} // namespace nadir
