#include "nadir/training/gradient_check.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace nadir {
namespace {

/// A kink is reported, not judged; a smooth activation has none.
TEST(GradientCheck, CountsSignChangesOfZ) {
  Case c = test::small_case({8, 9}, {test::periodic, test::reflect});
  c.kernel.reaction = test::trained({0.0}, true, false);
  c.network.activation = ActivationKind::relu;
  c.network.bias = test::fixed({0.0});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Observations observations = test::random_observations(grid, c, 1);
  for (std::size_t i = 0; i < observations.input.size(); i += 2)
    observations.input[i] *= 1e-9; // close to the kink
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  GradientCheck check(grid, c, objective);
  VecHandle x = objective.initial_control();
  const auto taylor = check.taylor(x);
  ASSERT_EQ(taylor.size(), 1u);
  EXPECT_TRUE(taylor[0].passed());
  c.network.activation = ActivationKind::tanh;
  Objective smooth(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  GradientCheck smooth_check(grid, c, smooth);
  EXPECT_EQ(smooth_check.taylor(x)[0].sign_changes, 0);
}

/// A uniform state does not care for U: its derivative is 0, and what is found of it rounding.
TEST(GradientCheck, ADerivativeOfNothingPasses) {
  Case c = test::small_case({8, 9}, {test::periodic, test::reflect});
  c.kernel.advection = test::trained({0.1, 0.1}, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Observations observations = test::random_observations(grid, c, 1);
  std::ranges::fill(observations.input, 0.3);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  GradientCheck check(grid, c, objective);
  VecHandle x = objective.initial_control();
  EXPECT_TRUE(check.taylor(x)[0].passed());
  const DirectionCheck d = check.directions(x)[0];
  EXPECT_TRUE(d.passed()) << d.adjoint[0] << " " << d.difference[0];
}

TEST(GradientCheck, DirectionsDoNotDependOnTheNumberOfRanks) {
  Case c = test::small_case({8, 9}, {test::periodic, test::reflect});
  c.kernel.reaction = test::trained({0.0}, true, false);
  const auto derivatives = [&](MPI_Comm comm) {
    const Grid grid(comm, c.grid);
    const Observations observations = test::random_observations(grid, c, 1);
    Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
    GradientCheck check(grid, c, objective);
    VecHandle x = objective.initial_control();
    return check.directions(x)[0].adjoint;
  };
  const auto together = derivatives(MPI_COMM_WORLD), alone = derivatives(MPI_COMM_SELF);
  for (std::size_t k = 0; k < together.size(); ++k)
    EXPECT_NEAR(together[k], alone[k], 1e-12 * std::abs(alone[0]));
}

} // namespace
} // namespace nadir
