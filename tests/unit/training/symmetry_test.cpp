#include "nadir/training/symmetry.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

/// Three equal linear layers on a ring, which commute.
Case commuting() {
  Case c = test::small_case({24}, {test::periodic});
  c.network.activation = "identity";
  c.network.bias = test::fixed({0.0});
  for (const char* name : {"reaction", "advection", "diffusion"})
    c.kernel[name] = test::trained(c.kernel[name].init, false, true);
  return c;
}

struct Start {
  Case c;
  Grid grid;
  Observations observations;
  Objective objective;
  VecHandle x;

  explicit Start(Case of, MPI_Comm comm = MPI_COMM_WORLD)
      : c(std::move(of)), grid(comm, c.grid, state_ghosts(c)),
        observations(test::random_observations(grid, c, 2)),
        objective(grid, c, observations, test::random_coefficients(grid, c, 0.0)),
        x(objective.initial_control()) {
    std::ranges::fill(observations.targets[0].used, 1); // holes would tell layers apart
  }
};

TEST(Symmetry, EqualLayersThatCommuteStayEqual) {
  Start start(commuting());
  EXPECT_TRUE(layers_would_stay_equal(start.objective, start.x));
  perturb_layers(start.objective, 0.1, 1, start.x);
  EXPECT_FALSE(layers_would_stay_equal(start.objective, start.x));
}

TEST(Symmetry, IsBrokenByActivationsFixedLayersAndNoneThatVary) {
  Case c = commuting();
  c.network.activation = "tanh";
  Start nonlinear(c);
  EXPECT_FALSE(layers_would_stay_equal(nonlinear.objective, nonlinear.x));

  c = commuting();
  c.network.relaxation = test::fixed({0.6});
  c.network.relaxation.varies_layer = true;
  Start fixed(c);
  EXPECT_FALSE(layers_would_stay_equal(fixed.objective, fixed.x));

  c = commuting();
  for (const char* name : {"reaction", "advection", "diffusion"})
    c.kernel[name].varies_layer = false;
  Start shared(c);
  EXPECT_FALSE(layers_would_stay_equal(shared.objective, shared.x));
}

TEST(Symmetry, PerturbsWithinBoundsInTheUnknownsScales) {
  Case c = commuting();
  c.kernel["diffusion"].bounds = {0.08, 10.0};
  Start start(c);
  const VecHandle before = start.objective.initial_control();
  perturb_layers(start.objective, 0.1, 1, start.x);
  const VecRead old(before), now(start.x);
  for (const ControlSpace::Block& block : start.objective.space().blocks()) {
    for (std::int64_t i = block.offset; i < block.offset + block.size(); ++i) {
      EXPECT_LT(std::abs(now.data()[i] - old.data()[i]), 0.5);
      if (block.parameter.name == "diffusion") {
        EXPECT_GE(now.data()[i], 0.08);
      } else {
        EXPECT_NE(now.data()[i], old.data()[i]);
      }
    }
  }
}

/// Fields move as a whole, by the same on any number of ranks.
TEST(Symmetry, FieldsMoveAsAWhole) {
  Case c = commuting();
  c.kernel["reaction"].varies_space = true;
  const auto moves = [&](MPI_Comm comm) {
    Start start(c, comm);
    perturb_layers(start.objective, 0.1, 1, start.x);
    const ControlSpace::Block& block = start.objective.space().blocks()[0];
    const VecRead now(start.x);
    std::vector<double> found;
    for (std::int64_t l = 0; l < block.layers; ++l) {
      const double* field = now.data() + block.offset + l * block.points;
      for (std::int64_t i = 0; i < block.points; ++i) EXPECT_EQ(field[i], field[0]);
      found.push_back(field[0]);
    }
    return found;
  };
  EXPECT_EQ(moves(MPI_COMM_WORLD), moves(MPI_COMM_SELF));
}

} // namespace
} // namespace nadir
