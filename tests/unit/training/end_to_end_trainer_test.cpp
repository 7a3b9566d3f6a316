#include "nadir/training/end_to_end_trainer.hpp"

#include "nadir/base/error.hpp"
#include "nadir/network/chain.hpp"
#include "nadir/training/optimizers.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <string>

namespace nadir {
namespace {

/// Recover constant R, U and D from states they made themselves.
struct Twin {
  Case c = test::small_case({16, 15}, {test::periodic, test::reflect});
  static constexpr double R = -0.15, U_y = 0.25, U_x = -0.1, D = 0.12;

  explicit Twin(std::string_view optimizer) {
    c.kernel["reaction"] = test::trained({0.0}, false, false);
    c.kernel["advection"] = test::trained({0.0, 0.0}, false, false);
    c.kernel["diffusion"] = test::trained({0.05}, false, false);
    c.training.optimizer = optimizer;
    c.training.iterations = 300;
    c.training.gradient_tolerance = 1e-9;
    c.loss.reduction = Reduction::mean;
  }

  Observations data(const Grid& grid) const {
    Observations o = test::random_observations(grid, c, 1);
    Coefficients truth = test::random_coefficients(grid, c, 0.0);
    *truth["reaction"].block(0) = R;
    *truth["advection"].block(0) = U_y;
    *truth["advection"].block(1) = U_x;
    *truth["diffusion"].block(0) = D;
    Chain chain(grid, c);
    LastTwoStates states(chain.state_layout());
    unpack(chain.state_layout(), o.input_sample(0), states.write(0));
    chain.forward(truth, states, 0, chain.layers(), [](std::int64_t, const double*) {});
    pack(chain.state_layout(), states.read(chain.layers()), o.targets[0].y.data());
    return o;
  }
};

TEST(EndToEndTrainer, EveryTypeFindsConstantCoefficients) {
  for (const OptimizerInfo& info : optimizers()) {
    Twin twin(info.name);
    twin.c.training.options["learning_rate"] = info.name == "adam" ? 0.01 : 0.3;
    if (!info.searches) twin.c.training.iterations = 4000;
    const Grid grid(MPI_COMM_WORLD, twin.c.grid);
    const Observations observations = twin.data(grid);
    Objective objective(grid, twin.c, observations, test::random_coefficients(grid, twin.c, 0.0));
    EndToEndTrainer optimizer(twin.c, objective);
    VecHandle x = objective.initial_control();
    std::size_t rows = 0;
    const auto result = optimizer.run(x, [&](const Iteration&) { ++rows; });
    EXPECT_EQ(rows, result.history.size());
    EXPECT_FALSE(result.reason.empty());
    objective.set_control(x);
    const Coefficients& found = objective.coefficients();
    EXPECT_NEAR(*found["reaction"].block(0), Twin::R, 2e-4) << info.name << ": " << result.reason;
    EXPECT_NEAR(*found["advection"].block(0), Twin::U_y, 2e-4) << info.name;
    EXPECT_NEAR(*found["diffusion"].block(0), Twin::D, 2e-4) << info.name;
  }
}

/// Fields and numbers, bounds where the type takes them.
std::vector<Iteration> history_of(MPI_Comm comm, const OptimizerInfo& info) {
  Case c = test::small_case({12, 13}, {test::periodic, test::reflect});
  c.kernel["reaction"] = test::trained({0.0}, true, false);
  c.kernel["reaction"].penalty.h1 = 0.01;
  c.kernel["diffusion"] = test::trained({0.05}, false, true);
  c.kernel["diffusion"].init.assign(static_cast<std::size_t>(c.network.layers), 0.05);
  if (info.takes_bounds) c.kernel["reaction"].bounds = {-0.1, 0.2};
  c.training.optimizer = info.name;
  c.training.options["learning_rate"] = 0.01;
  c.training.iterations = 25;
  const Grid grid(comm, c.grid);
  const Observations observations = test::random_observations(grid, c, 2);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  EndToEndTrainer optimizer(c, objective);
  VecHandle x = objective.initial_control();
  return optimizer.run(x, [](const Iteration&) {}).history;
}

TEST(EndToEndTrainer, EveryTypeIsTheSameBitsOnAnyNumberOfRanks) {
  for (const OptimizerInfo& info : optimizers()) {
    const auto together = history_of(MPI_COMM_WORLD, info), alone = history_of(MPI_COMM_SELF, info);
    ASSERT_EQ(together.size(), alone.size()) << info.name;
    ASSERT_GT(alone.size(), 3u) << info.name;
    for (std::size_t k = 0; k < alone.size(); ++k) {
      ASSERT_EQ(together[k].loss.loss(), alone[k].loss.loss()) << info.name << ", iteration " << k;
      ASSERT_EQ(together[k].gradient_norm, alone[k].gradient_norm) << info.name << ", " << k;
      ASSERT_EQ(together[k].step_length, alone[k].step_length) << info.name << ", iteration " << k;
    }
  }
}

/// What a checkpoint's size is planned by.
TEST(EndToEndTrainer, EveryTypeRemembersAsMuchAsItsFileSays) {
  for (const OptimizerInfo& info : optimizers()) {
    Twin twin(info.name);
    twin.c.training.options["learning_rate"] = 0.01;
    twin.c.training.iterations = 20;
    const Grid grid(MPI_COMM_WORLD, twin.c.grid);
    const Observations observations = twin.data(grid);
    Objective objective(grid, twin.c, observations, test::random_coefficients(grid, twin.c, 0.0));
    EndToEndTrainer trainer(twin.c, objective);
    VecHandle x = objective.initial_control();
    trainer.run(x, [](const Iteration&) {});
    EXPECT_EQ(trainer.goes_on_exactly(), info.create != nullptr) << info.name;
    const double point_of_model = info.begins_with_model ? 1 : 0;
    EXPECT_EQ(static_cast<double>(trainer.state().vectors.size()), info.remembered + point_of_model)
        << info.name;
  }
}

TEST(EndToEndTrainer, SteepestDescentIsEquation5) {
  Twin twin("steepest-descent");
  twin.c.training.iterations = 3;
  twin.c.training.options["learning_rate"] = 0.1;
  const Grid grid(MPI_COMM_WORLD, twin.c.grid);
  const Observations observations = twin.data(grid);
  Objective objective(grid, twin.c, observations, test::random_coefficients(grid, twin.c, 0.0));
  VecHandle x = objective.initial_control(), g = objective.space().create(),
            expected = objective.initial_control();
  for (int k = 0; k < 3; ++k) {
    objective.value_and_gradient(expected, g);
    check_petsc(VecAXPY(expected, -0.1, g));
  }
  EndToEndTrainer optimizer(twin.c, objective);
  const auto result = optimizer.run(x, [](const Iteration&) {});
  ASSERT_EQ(result.history.size(), 4u);
  EXPECT_EQ(result.best, 3u);
  check_petsc(VecAXPY(expected, -1.0, x));
  PetscReal difference = 1;
  check_petsc(VecNorm(expected, NORM_INFINITY, &difference));
  EXPECT_EQ(difference, 0.0);
}

TEST(EndToEndTrainer, BoundsAreKeptAndActiveOnesCounted) {
  for (const OptimizerInfo& info : optimizers()) {
    if (!info.takes_bounds) continue;
    Twin twin(info.name);
    twin.c.kernel["diffusion"].bounds = std::pair{0.0, 0.1}; // the truth, 0.12, lies outside
    twin.c.training.options["learning_rate"] = info.name == "adam" ? 0.01 : 0.3;
    const Grid grid(MPI_COMM_WORLD, twin.c.grid);
    const Observations observations = twin.data(grid);
    Objective objective(grid, twin.c, observations, test::random_coefficients(grid, twin.c, 0.0));
    EndToEndTrainer optimizer(twin.c, objective);
    VecHandle x = objective.initial_control();
    optimizer.run(x, [](const Iteration&) {});
    objective.set_control(x);
    EXPECT_NEAR(*objective.coefficients()["diffusion"].block(0), 0.1, 1e-12) << info.name;
    EXPECT_DOUBLE_EQ(optimizer.active_share(x), 1.0) << info.name;
  }
}

/// A step of 1e60 gradients is shortened until the loss is lower than before.
TEST(EndToEndTrainer, ShortensStepsThatBlowUp) {
  for (const OptimizerInfo& info : optimizers()) {
    if (info.searches) continue;
    Twin twin(info.name);
    twin.c.network.activation = "square";
    twin.c.network.layers = 9;
    twin.c.data.targets[0].layer = 9;
    twin.c.training.options["learning_rate"] = 1e60;
    twin.c.training.iterations = 10;
    const Grid grid(MPI_COMM_WORLD, twin.c.grid);
    const Observations observations = twin.data(grid);
    Objective objective(grid, twin.c, observations, test::random_coefficients(grid, twin.c, 0.0));
    EndToEndTrainer optimizer(twin.c, objective);
    VecHandle x = objective.initial_control();
    const TrainingResult result = optimizer.run(x, [](const Iteration&) {});
    EXPECT_EQ(result.history.size(), 11u) << info.name;
    EXPECT_GT(result.lost, 0) << info.name;
    EXPECT_NE(result.last_lost.find("not finite"), std::string::npos) << result.last_lost;
    for (std::size_t k = 1; k < result.history.size(); ++k) {
      EXPECT_LE(result.history[k].loss.loss(), result.history[k - 1].loss.loss())
          << info.name << ", " << k;
      EXPECT_LT(result.history[k].step_length, 1e60) << info.name << ", " << k;
    }
  }
}

} // namespace
} // namespace nadir
