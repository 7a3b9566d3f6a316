#include "nadir/training/gradient_check.hpp"

#include "nadir/network/chain.hpp"
#include "nadir/training/initial_values.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace nadir {
namespace {

/// A kink is reported, not judged; a smooth activation has none.
TEST(GradientCheck, CountsSignChangesOfZ) {
  Case c = test::small_case({8, 9}, {test::periodic, test::reflect});
  c.kernel["reaction"] = test::trained({0.0}, true, false);
  c.network.activation = "relu";
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
  c.network.activation = "tanh";
  Objective smooth(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  GradientCheck smooth_check(grid, c, smooth);
  EXPECT_EQ(smooth_check.taylor(x)[0].sign_changes, 0);
}

/// A uniform state does not care for U: its derivative is 0, and what is found of it rounding.
TEST(GradientCheck, ADerivativeOfNothingPasses) {
  Case c = test::small_case({8, 9}, {test::periodic, test::reflect});
  c.kernel["advection"] = test::trained({0.1, 0.1}, true, false);
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
  c.kernel["reaction"] = test::trained({0.0}, true, false);
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

/// The base case: a Gaussian that the layers of known numbers carry on, and a start beside them.
struct Fit {
  Case c;
  Grid grid;
  Observations observations;
  Objective objective;
  VecHandle x;

  explicit Fit(const Case& of)
      : c(of), grid(MPI_COMM_WORLD, c.grid), observations(data(grid, c)),
        objective(grid, c, observations, initial_coefficients(grid, c)),
        x(objective.initial_control()) {}

  static Case beside(double R, double U, double D) {
    Case c = test::small_case({64}, {test::periodic});
    c.network.layers = 20;
    c.network.activation = "identity";
    c.network.relaxation = test::fixed({0.5});
    c.network.bias = test::fixed({0.0});
    c.kernel["reaction"] = test::trained({R}, false, false);
    c.kernel["advection"] = test::trained({U}, false, false);
    c.kernel["diffusion"] = test::trained({D}, false, false);
    c.data.targets[0].layer = c.network.layers;
    return c;
  }
  static Observations data(const Grid& grid, const Case& c) {
    Case known = beside(-0.01, 0.3, 0.25);
    known.grid = c.grid;
    Observations o = test::random_observations(grid, c, 1);
    std::ranges::fill(o.targets[0].used, std::uint8_t{1});
    std::size_t k = 0;
    test::for_points(grid, [&](auto, auto, auto, std::int64_t i) {
      o.input[k++] = std::exp(-std::pow((static_cast<double>(i) - 20.0) / 5.0, 2));
    });
    Chain chain(grid, known);
    LastTwoStates states(chain.state_layout());
    Coefficients coefficients = initial_coefficients(grid, known);
    coefficients.fill_ghosts();
    unpack(chain.state_layout(), o.input.data(), states.write(0));
    chain.forward(coefficients, states, 0, chain.layers(), [](std::int64_t, const double*) {});
    pack(chain.state_layout(), states.read(chain.layers()), o.targets[0].y.data());
    return o;
  }
  bool passes(GradientCheck& check) {
    const auto taylor = check.taylor(x);
    const auto directions = check.directions(x);
    return std::ranges::all_of(taylor, &TaylorCheck::passed) &&
           std::ranges::all_of(directions, &DirectionCheck::passed);
  }
  bool passes() {
    GradientCheck check(grid, c, objective);
    return passes(check);
  }
  /// With a gradient whose entry `k` is wrong by a factor and a number.
  bool passes_wrong(PetscInt k, double factor, double offset) {
    GradientCheck check(grid, c, objective);
    check.check_instead([&](Vec at, Vec gradient) {
      const double loss = objective.value_and_gradient(at, gradient).loss();
      VecWrite g(gradient);
      if (objective.space().blocks()[0].points > 0) g[k] = g[k] * factor + offset;
      return loss;
    });
    return passes(check);
  }
};

/// The misfit is 1e-7 and rounding of z makes much more of it than rounding of 1e-7.
TEST(GradientCheck, NearAnOptimumARightGradientPasses) {
  Fit fit(Fit::beside(-0.01, 0.3001, 0.25));
  EXPECT_TRUE(fit.passes());
  for (const PetscInt k : {0, 1, 2}) EXPECT_FALSE(fit.passes_wrong(k, 1.001, 0)) << k;
}

TEST(GradientCheck, AtALossOfZeroTheCosineIsUndefined) {
  Fit fit(Fit::beside(-0.01, 0.3, 0.25));
  ASSERT_EQ(fit.objective.value(fit.x).loss(), 0);
  EXPECT_TRUE(fit.passes());
  for (const DirectionCheck& d : GradientCheck(fit.grid, fit.c, fit.objective).directions(fit.x)) {
    EXPECT_TRUE(std::isnan(d.one_minus_cosine));
    EXPECT_EQ(d.relative, 0);
  }
  EXPECT_FALSE(fit.passes_wrong(1, 1, 1e-9)) << "a gradient that should be 0";
}

/// Of up to 1e12 times the misfit; between the corners of l1 it is linear but for rounding.
TEST(GradientCheck, APenaltyIsJudgedByItsOwnRounding) {
  for (const PenaltySpec& penalty :
       {PenaltySpec{.l1 = 1e12}, PenaltySpec{.l1 = 1e10, .epsilon = 1e-6},
        PenaltySpec{.l2 = 1e10}}) {
    Case c = Fit::beside(0.0, 0.1, 0.1);
    c.kernel["diffusion"].penalty = penalty;
    Fit fit(c);
    const std::string what = std::to_string(penalty.l1) + ", " + std::to_string(penalty.epsilon);
    EXPECT_TRUE(fit.passes()) << what;
    EXPECT_FALSE(fit.passes_wrong(0, 1.001, 0)) << what << ": the misfit's, without a penalty";
    EXPECT_FALSE(fit.passes_wrong(2, 1.001, 0)) << what << ": both";
  }
}

/// The derivative of the misfit is not seen in its sum with the penalty's: that is said.
TEST(GradientCheck, ADrownedDerivativeIsNotJudged) {
  Case c = Fit::beside(0.0, 0.1, 0.1);
  c.kernel["diffusion"].penalty = {.l1 = 1e16};
  Fit fit(c);
  const auto checks = GradientCheck(fit.grid, fit.c, fit.objective).taylor(fit.x);
  ASSERT_EQ(checks.size(), 4u);
  EXPECT_TRUE(checks[2].drowned && !checks[2].judged());
  EXPECT_FALSE(checks[0].drowned || checks[1].drowned || checks[3].drowned);
  EXPECT_TRUE(checks[3].penalty && checks[3].passed());
}

} // namespace
} // namespace nadir
