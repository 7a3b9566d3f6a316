#include "nadir/base/error.hpp"
#include "nadir/training/end_to_end_trainer.hpp"
#include "nadir/training/objective.hpp"

#include "support/fixed_point_maps.hpp"

#include <gtest/gtest.h>

#include <string>

namespace nadir {
namespace {

using test::ring;
using test::uniform_inputs;

/// A case whose target is compared with the attractor, everything but omega trained.
Case attracted(Case c, bool space) {
  test::train_all(c, space, false);
  c.network.relaxation = test::fixed({0.6});
  c.network.attractor = true;
  c.network.layers = 1;
  c.data.targets.resize(1);
  c.data.targets[0].layer = 1;
  return c;
}

struct Found {
  LossParts parts;
  double norm = 0;
};

Found evaluate(MPI_Comm comm, const Case& c, std::int64_t samples, int groups = 1) {
  const Grid grid(comm, c.grid, c.kernel.radius());
  const Observations observations = test::random_observations(grid, c, samples);
  StatePlan plan;
  plan.groups = groups;
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.03), plan);
  VecHandle x = objective.initial_control(), g = objective.space().create();
  Found found;
  found.parts = objective.value_and_gradient(x, g);
  EXPECT_EQ(objective.value(x).loss(), found.parts.loss());
  check_petsc(VecNorm(g, NORM_2, &found.norm));
  return found;
}

TEST(AttractorObjective, IsTheSameBitsOnAnyRanksAndHoweverGroupsShareTheSamples) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  for (const bool space : {true, false}) {
    for (const Case& plain :
         {test::small_case({9, 10}, {test::reflect, test::periodic}, DiffusionTensor::full),
          test::moment_case({9, 12}, {test::value_of(0.2), test::reflect}, 4),
          test::stencil_case({23}, {test::periodic}, 2)}) {
      const Case c = attracted(plain, space);
      const Found alone = evaluate(MPI_COMM_SELF, c, 4);
      EXPECT_GT(alone.norm, 0.0);
      for (int groups = 1; groups <= ranks; ++groups) {
        if (ranks % groups != 0) continue;
        const Found found = evaluate(MPI_COMM_WORLD, c, 4, groups);
        EXPECT_EQ(found.parts.misfit, alone.parts.misfit) << groups << " groups";
        EXPECT_EQ(found.norm, alone.norm) << groups << " groups";
      }
    }
  }
}

/// Loss and gradient depend on where they are asked for, not on where they were before.
TEST(AttractorObjective, DoesNotDependOnTheWayThere) {
  const Case c = attracted(test::small_case({8, 9}, {test::reflect, test::periodic}), true);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Observations observations = test::random_observations(grid, c, 2);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.03));
  VecHandle x = objective.initial_control(), y = objective.space().create(),
            g = objective.space().create(), again = objective.space().create();
  const double loss = objective.value_and_gradient(x, g).loss();
  check_petsc(VecCopy(x, y));
  check_petsc(VecShift(y, 0.02));
  EXPECT_NE(objective.value_and_gradient(y, again).loss(), loss);
  EXPECT_EQ(objective.value_and_gradient(x, again).loss(), loss);
  check_petsc(VecAXPY(again, -1.0, g));
  PetscReal difference = 1;
  check_petsc(VecNorm(again, NORM_2, &difference));
  EXPECT_EQ(difference, 0.0);
}

/// Of which layers with another omega have the same attractor and the same gradient.
TEST(AttractorObjective, DoesNotDependOnOmega) {
  Case c = attracted(test::small_case({12}, {test::reflect}), true);
  const Found found = evaluate(MPI_COMM_WORLD, c, 2);
  c.network.relaxation = test::fixed({0.2});
  const Found slow = evaluate(MPI_COMM_WORLD, c, 2);
  EXPECT_NEAR(slow.parts.misfit, found.parts.misfit, 1e-13 * found.parts.misfit);
  EXPECT_NEAR(slow.norm, found.norm, 1e-12 * found.norm);
}

/// A linear ring whose state is uniform, 0.1 / -R, with one sample and target.
struct UniformRing {
  explicit UniformRing(double R, double target) {
    c = ring(6, "identity", R, 0.0, 0.1, 0.5);
    c.network.attractor = true;
    c.network.layers = 1;
    c.network.bias = test::fixed({-0.1});
    c.kernel["reaction"] = test::trained({R}, false, false);
    c.data.targets.emplace_back().layer = 1;
    c.attractor.layers = 2000;
    target_ = target;
  }

  Observations data(const Grid& grid) const {
    Observations o = uniform_inputs(grid, {0.5, 0.7});
    Target& t = o.targets.emplace_back();
    t.layer = 1;
    t.y.assign(o.input.size(), target_);
    t.used.assign(o.input.size(), 1);
    t.withheld.assign(o.input.size(), 0);
    t.used_total = grid.points() * o.samples;
    return o;
  }

  Case c;

 private:
  double target_ = 0;
};

std::string failure_of(const UniformRing& problem) {
  const Grid grid(MPI_COMM_WORLD, problem.c.grid);
  const Observations observations = problem.data(grid);
  Objective objective(grid, problem.c, observations,
                      test::random_coefficients(grid, problem.c, 0.0));
  VecHandle x = objective.initial_control(), g = objective.space().create();
  try {
    objective.value_and_gradient(x, g);
  } catch (const NoState& error) {
    return error.what();
  }
  return "no error";
}

void expect_words(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words)
    EXPECT_NE(text.find(word), std::string::npos) << word << ": " << text;
}

TEST(AttractorObjective, SaysWhyThereIsNoAttractorOrNoDerivative) {
  UniformRing growing(0.3, 1.0);
  growing.c.attractor.layers = 1000000;
  expect_words(failure_of(growing), {"sample 0: no attractor was found: the layers diverge within",
                                     "Residuals |z - f(Z)| on the way: ", "network.relaxation"});
  UniformRing slow(-1e-4, 1.0);
  slow.c.attractor.layers = 100;
  expect_words(failure_of(slow), {"sample 0: no attractor was found: not at rest after 100 layers",
                                  "Try more attractor.layers"});
  UniformRing neutral(0.0, 1.0);
  neutral.c.network.bias = test::fixed({0.0});
  expect_words(failure_of(neutral),
               {"sample 0: the attractor has no derivative: I - J is singular", "value boundary"});
}

/// From R = -1 the first step leads to R > 0, where the layers diverge.
TEST(AttractorObjective, LineSearchesComeBackFromTrialsWithoutAttractor) {
  for (const char* optimizer : {"bqnls", "blmvm", "lmvm"}) {
    UniformRing problem(-1.0, 1.0);
    problem.c.training.optimizer = optimizer;
    problem.c.training.gradient_tolerance = 1e-9;
    const Grid grid(MPI_COMM_WORLD, problem.c.grid);
    const Observations observations = problem.data(grid);
    Objective objective(grid, problem.c, observations,
                        test::random_coefficients(grid, problem.c, 0.0));
    EndToEndTrainer solver(problem.c, objective);
    VecHandle x = objective.initial_control();
    const TrainingResult result = solver.run(x, [](const Iteration&) {});
    objective.set_control(x);
    EXPECT_NEAR(*objective.coefficients()["reaction"].block(0), -0.1, 1e-6) << optimizer;
    if (std::string(optimizer) == "bqnls") {
      EXPECT_GT(result.lost, 0);
      expect_words(result.last_lost, {"sample 0: no attractor was found"});
    }
  }
}

/// A method that does not search along a line comes back too.
TEST(AttractorObjective, StepsWithoutAttractorAreShortened) {
  UniformRing problem(-1.0, 1.0);
  problem.c.training.optimizer = "steepest-descent";
  problem.c.training.options["learning_rate"] = 1.0;
  problem.c.training.iterations = 20;
  const Grid grid(MPI_COMM_WORLD, problem.c.grid);
  const Observations observations = problem.data(grid);
  Objective objective(grid, problem.c, observations,
                      test::random_coefficients(grid, problem.c, 0.0));
  EndToEndTrainer solver(problem.c, objective);
  VecHandle x = objective.initial_control();
  const TrainingResult result = solver.run(x, [](const Iteration&) {});
  EXPECT_GT(result.lost, 0);
  expect_words(result.last_lost, {"sample 0: no attractor was found"});
  EXPECT_LT(result.history[result.best].loss.loss(), result.history[0].loss.loss());
}

} // namespace
} // namespace nadir
