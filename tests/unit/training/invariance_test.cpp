// Trainings do not depend on the units of lengths or of the field, and survive steps to nowhere.

#include "nadir/network/chain.hpp"
#include "nadir/training/end_to_end_trainer.hpp"
#include "nadir/training/optimizers.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace nadir {
namespace {

/// A Gaussian on a periodic line of 64 points that 20 steps of
///     z + 0.5 (R z - U (z_+ - z_-) / 2 + D (z_+ + z_- - 2 z))
/// carried on; R, U and D are looked for as numbers, in grids of this spacing.
struct Carried {
  static constexpr double R = -0.01, U = 0.3, D = 0.25;
  Case c = test::small_case({64}, {test::periodic});
  double spacing, field;

  explicit Carried(std::string_view optimizer, double step = 1, double unit = 1)
      : spacing(step), field(unit) {
    c.grid.spacing = {spacing};
    c.network.layers = 20;
    c.network.activation = "identity";
    c.network.relaxation = test::fixed({0.5});
    c.network.bias = test::fixed({0.0});
    c.kernel["reaction"] = test::trained({0.0}, false, false);
    c.kernel["advection"] = test::trained({0.0}, false, false);
    c.kernel["diffusion"] = test::trained({0.1 * spacing * spacing}, false, false);
    c.data.targets[0].layer = 20;
    c.training.optimizer = optimizer;
    c.training.options["learning_rate"] = 0.01;
  }

  Observations data(const Grid& grid) const {
    Observations o = test::random_observations(grid, c, 1);
    std::array<double, 64> z{}, next{};
    for (std::size_t i = 0; i < 64; ++i) {
      const double x = (static_cast<double>(i) - 24) / 5;
      z[i] = field * std::exp(-x * x / 2);
    }
    const std::array<double, 64> start = z;
    for (int l = 0; l < 20; ++l, z = next) {
      for (std::size_t i = 0; i < 64; ++i) {
        const double up = z[(i + 1) % 64], down = z[(i + 63) % 64];
        next[i] = z[i] + 0.5 * (R * z[i] - U * (up - down) / 2 + D * (up + down - 2 * z[i]));
      }
    }
    for (std::int64_t i = 0; i < o.points; ++i) {
      const auto k = static_cast<std::size_t>(i),
                 at = static_cast<std::size_t>(grid.owned().start[2] + i);
      o.input[k] = start[at];
      o.targets[0].y[k] = z[at];
      o.targets[0].used[k] = 1;
    }
    return o;
  }

  struct Found {
    TrainingResult training;
    double R, U, D; ///< in units of the grid
  };

  Found train(const Observations& observations, const Grid& grid) const {
    Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
    EndToEndTrainer optimizer(c, objective);
    VecHandle x = objective.initial_control();
    Found found{optimizer.run(x, [](const Iteration&) {}), 0, 0, 0};
    objective.set_control(x);
    const auto number = [&](std::string_view p) { return *objective.coefficients()[p].block(0); };
    found.R = number("reaction");
    found.U = number("advection") / spacing;
    found.D = number("diffusion") / (spacing * spacing);
    return found;
  }
  Found train() const {
    const Grid grid(MPI_COMM_WORLD, c.grid);
    return train(data(grid), grid);
  }
};

/// Rounding grows on cg's long way, and at the decisions of trust regions.
bool is_steady(const OptimizerInfo& info) {
  return info.name != "cg" && info.name != "bqnktr" && info.name != "bqnktl";
}

void expect_truth(const Carried::Found& found, double tolerance, const std::string& where) {
  EXPECT_NEAR(found.R, Carried::R, tolerance) << where << ": " << found.training.reason;
  EXPECT_NEAR(found.U, Carried::U, tolerance) << where;
  EXPECT_NEAR(found.D, Carried::D, tolerance) << where;
}

TEST(Invariance, ResultsDoNotDependOnTheUnitOfLength) {
  for (const OptimizerInfo& info : optimizers()) {
    if (!info.searches) continue;
    const auto grid_units = Carried(info.name).train();
    for (const double spacing : {1000.0, 1e5, 1e-6, 0x1p-7}) {
      const std::string where = std::string(info.name) + ", spacing " + std::to_string(spacing);
      const auto found = Carried(info.name, spacing).train();
      expect_truth(found, 5e-5, where);
      const auto &history = found.training.history, &expected = grid_units.training.history;
      const bool steady = is_steady(info);
      if (steady) {
        EXPECT_EQ(history.size(), expected.size()) << where;
      }
      const std::size_t rows = steady ? std::min(history.size(), expected.size()) : 8;
      ASSERT_GE(history.size(), rows) << where;
      for (std::size_t k = 0; k < rows; ++k) {
        EXPECT_NEAR(history[k].loss.loss(), expected[k].loss.loss(), 1e-6 * expected[0].loss.loss())
            << where << ", iteration " << k;
        EXPECT_NEAR(history[k].gradient_norm, expected[k].gradient_norm,
                    1e-5 * expected[0].gradient_norm)
            << where << ", iteration " << k;
      }
    }
  }
}

/// A power of two changes no digit, whatever the type (multiples of 2^40 the sums of derivatives).
TEST(Invariance, PowersOfTwoGiveTheSameBits) {
  for (const OptimizerInfo& info : optimizers()) {
    if (info.name == "steepest-descent") continue; // is (5) as it stands
    Carried one(info.name), other(info.name, 0x1p40, 0x1p-40);
    one.c.training.iterations = other.c.training.iterations = 6;
    const auto a = one.train(), b = other.train();
    EXPECT_EQ(a.R, b.R) << info.name;
    EXPECT_EQ(a.U, b.U) << info.name;
    EXPECT_EQ(a.D, b.D) << info.name;
    ASSERT_EQ(a.training.history.size(), b.training.history.size()) << info.name;
    for (std::size_t k = 0; k < a.training.history.size(); ++k)
      EXPECT_EQ(a.training.history[k].loss.loss(), b.training.history[k].loss.loss() * 0x1p80)
          << info.name << ", " << k;
  }
}

TEST(Invariance, ResultsDoNotDependOnTheUnitOfTheField) {
  for (const OptimizerInfo& info : optimizers()) {
    if (!info.searches) continue;
    const auto one = Carried(info.name).train();
    expect_truth(one, 5e-5, std::string(info.name));
    const int stride = info.name == "bqnls" ? 1 : 6;
    for (int k = -12; k <= 12; k += stride) {
      const auto found = Carried(info.name, 1, std::pow(10.0, k)).train();
      const std::string where = std::string(info.name) + ", 10^" + std::to_string(k);
      expect_truth(found, 5e-5, where);
      const double more = static_cast<double>(std::ssize(found.training.history) -
                                              std::ssize(one.training.history));
      EXPECT_LE(std::abs(more), is_steady(info) ? 0 : 3) << where;
      EXPECT_EQ(found.training.reason, one.training.reason) << where;
    }
  }
}

/// Bias and bounds have units too.
TEST(Invariance, BiasAndBoundsFollowTheUnits) {
  for (const OptimizerInfo& info : optimizers()) {
    if (!info.takes_bounds || !info.searches) continue;
    const auto found_in = [&](double spacing, double field) {
      Carried problem(info.name, spacing, field);
      problem.c.network.bias = test::trained({0.0}, false, false);
      problem.c.kernel["diffusion"].bounds =
          std::pair{0.05 * spacing * spacing, 0.2 * spacing * spacing};
      return problem.train();
    };
    const auto one = found_in(1, 1);
    EXPECT_DOUBLE_EQ(one.D, 0.2) << info.name;
    for (const auto& [spacing, field] : {std::pair{1000.0, 1e-8}, {1e-3, 1e6}}) {
      const auto other = found_in(spacing, field);
      EXPECT_NEAR(other.R, one.R, 1e-5) << info.name << ", " << spacing;
      EXPECT_NEAR(other.U, one.U, 1e-5) << info.name << ", " << spacing;
      EXPECT_DOUBLE_EQ(other.D, one.D) << info.name << ", " << spacing;
    }
  }
}

/// 100 layers that let almost nothing through: 2 |f| / |g| leads to where no number is finite.
TEST(Invariance, StepsThatOverflowAreShortened) {
  for (const OptimizerInfo& info : optimizers()) {
    Carried problem(info.name);
    problem.c.network.layers = problem.c.data.targets[0].layer = 100;
    problem.c.kernel["reaction"].init = {-0.2};
    problem.c.training.iterations = 10;
    problem.c.training.options["learning_rate"] = 1e10;
    const auto found = problem.train();
    const auto& history = found.training.history;
    EXPECT_GT(history.size(), 1u) << info.name << ": " << found.training.reason;
    EXPECT_LT(history[found.training.best].loss.loss(), history[0].loss.loss()) << info.name;
    if (info.name == "bqnls" || !info.searches) {
      EXPECT_GT(found.training.lost, 0) << info.name;
    }
  }
}

/// At an optimum with a misfit left, 2 |f| / |g| is no length for a step.
TEST(Invariance, StartsAtAnOptimumWithAMisfitLeft) {
  for (const OptimizerInfo& info : optimizers()) {
    if (!info.searches) continue;
    Carried problem(info.name);
    const Grid grid(MPI_COMM_WORLD, problem.c.grid);
    Observations observations = problem.data(grid);
    for (std::size_t i = 0; i < observations.targets[0].y.size(); ++i) {
      const auto at = static_cast<double>(grid.owned().start[2]) + static_cast<double>(i);
      observations.targets[0].y[i] += 0.05 * std::cos(2 * std::numbers::pi * 9 * at / 64);
    }
    const auto first = problem.train(observations, grid);
    problem.c.kernel["reaction"].init = {first.R};
    problem.c.kernel["advection"].init = {first.U};
    problem.c.kernel["diffusion"].init = {first.D};
    const auto again = problem.train(observations, grid);
    const auto loss = [](const TrainingResult& t) { return t.history[t.best].loss.loss(); };
    EXPECT_GT(loss(first.training), 1e-3) << info.name;
    EXPECT_LE(loss(again.training), loss(first.training) * (1 + 1e-12)) << info.name;
    EXPECT_NEAR(again.U, first.U, 1e-4) << info.name;
  }
}

TEST(Invariance, AStartThatOverflowsEndsTheRun) {
  for (const OptimizerInfo& info : optimizers()) {
    Carried problem(info.name);
    problem.c.kernel["reaction"].init = {1e40};
    EXPECT_THROW(problem.train(), NoStart) << info.name;
  }
}

/// What a run says of a gradient of 0 at its start.
std::string words_of(Carried problem, double input, double target) {
  const Grid grid(MPI_COMM_WORLD, problem.c.grid);
  Observations observations = problem.data(grid);
  for (double& z : observations.input) z *= input;
  for (double& y : observations.targets[0].y) y *= target;
  try {
    return problem.train(observations, grid).training.reason;
  } catch (const NumericsError& error) {
    return error.what();
  }
}

TEST(Invariance, NothingLearnedIsNotConverged) {
  for (const OptimizerInfo& info : optimizers()) {
    const std::string nothing = "nothing was learned: the gradient is 0";
    Carried problem(info.name);
    EXPECT_EQ(words_of(problem, 0, 1).find(nothing), 0u)
        << info.name << ": " << words_of(problem, 0, 1);
    EXPECT_EQ(words_of(problem, 0, 0).find(nothing), 0u) << info.name;
    problem.c.network.relaxation = test::fixed({0.0});
    EXPECT_EQ(words_of(problem, 1, 1).find(nothing), 0u) << info.name;
    problem.c.training.gradient_tolerance = 0;
    EXPECT_EQ(words_of(problem, 1, 1).find(nothing), 0u) << info.name;
    Carried fits(info.name); // at rest, which R = U = D = 0 keeps
    fits.c.kernel["diffusion"].init = {0.0};
    const Grid grid(MPI_COMM_WORLD, fits.c.grid);
    Observations observations = fits.data(grid);
    observations.targets[0].y = observations.input;
    EXPECT_EQ(fits.train(observations, grid).training.reason,
              "converged at the start: the loss is 0, nothing is left to learn")
        << info.name;
  }
}

} // namespace
} // namespace nadir
