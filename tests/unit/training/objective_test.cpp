#include "nadir/training/objective.hpp"

#include "nadir/base/error.hpp"
#include "nadir/plan/groups.hpp"
#include "nadir/plan/samples.hpp"
#include "nadir/training/state_error.hpp"

#include "support/cases.hpp"
#include "support/files.hpp"
#include "support/plans.hpp"
#include "support/sanitized.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace nadir {
namespace {

Case rich_case() {
  Case c = test::small_case({9, 10}, {test::reflect, test::periodic}, DiffusionTensor::full);
  test::train_all(c, true, true);
  c.kernel["advection"] = test::trained({0.1, -0.1}, false, false);
  c.kernel["diffusion"].penalty.h1 = 0.3;
  c.data.targets.emplace_back(c.data.targets[0]).layer = 1;
  c.data.targets[1].weight = 0.5;
  return c;
}

struct Evaluation {
  LossParts parts;
  double norm = 0;
};

Evaluation evaluate(MPI_Comm comm, const Case& c, std::int64_t samples = 2,
                    const StatePlan& plan = {}) {
  const Grid grid(comm, c.grid, state_ghosts(c));
  const Observations observations = test::random_observations(grid, c, samples);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.03), plan);
  VecHandle x = objective.initial_control(), g = objective.space().create();
  Evaluation e;
  e.parts = objective.value_and_gradient(x, g);
  EXPECT_EQ(objective.value(x).loss(),
            e.parts.loss());            // the same arithmetic with and without adjoint
  EXPECT_EQ(objective.reductions(), 2); // one allreduce per evaluation
  check_petsc(VecNorm(g, NORM_2, &e.norm));
  return e;
}

void expect_same_bits(const Case& c) {
  const Evaluation together = evaluate(MPI_COMM_WORLD, c), alone = evaluate(MPI_COMM_SELF, c);
  EXPECT_EQ(together.parts.misfit, alone.parts.misfit);
  EXPECT_EQ(together.parts.penalty, alone.parts.penalty);
  EXPECT_EQ(together.norm, alone.norm);
  EXPECT_GT(alone.norm, 0.0);
}

TEST(Objective, IsTheSameBitsOnAnyNumberOfRanks) {
  Case c = rich_case();
  c.kernel["reaction"].penalty.tv = 0.2;
  c.network.bias.penalty.l1 = 0.1;
  c.network.relaxation.penalty.l2 = 0.1;
  c.network.relaxation.penalty.continuum = true;
  expect_same_bits(c);
}

TEST(Objective, IsTheSameBitsForEveryFormAndBoundary) {
  const std::vector<std::vector<std::int64_t>> shapes{{23}, {9, 10}, {5, 6, 7}};
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      for (const auto tensor :
           {DiffusionTensor::isotropic, DiffusionTensor::diagonal, DiffusionTensor::full}) {
        for (const bool space : {true, false}) {
          Case c = test::small_case(shape, boundary, tensor);
          test::train_all(c, space, !space);
          expect_same_bits(c);
        }
      }
    }
  }
}

/// Every number of groups that these ranks can be split into.
std::vector<int> group_counts() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  std::vector<int> counts;
  for (int groups = 1; groups <= ranks; ++groups)
    if (ranks % groups == 0) counts.push_back(groups);
  return counts;
}

void expect_same_bits_in_groups(const Case& c, std::int64_t samples) {
  const Workload w = nadir::workload_of(c, samples, Purpose::gradient);
  StatePlan plan;
  plan.per_leaf = samples_per_leaf(samples, samples_together(w));
  const Evaluation alone = evaluate(MPI_COMM_SELF, c, samples, plan);
  const std::int64_t leaves = (samples + plan.per_leaf - 1) / plan.per_leaf;
  plan.samples = samples_together(w);
  for (const int groups : group_counts()) {
    if (groups > leaves) continue;
    plan.groups = groups;
    const Evaluation e = evaluate(MPI_COMM_WORLD, c, samples, plan);
    EXPECT_EQ(e.parts.misfit, alone.parts.misfit) << groups << " groups";
    EXPECT_EQ(e.norm, alone.norm) << groups << " groups";
  }
}

TEST(Objective, IsTheSameBitsHoweverGroupsShareTheSamples) {
  for (const std::int64_t samples : {4, 7}) {
    Case fields = rich_case();
    test::train_all(fields, true, false);
    expect_same_bits_in_groups(fields, samples);
    Case numbers = rich_case();
    test::train_all(numbers, false, false);
    expect_same_bits_in_groups(numbers, samples);
    Case in_3d = test::small_case({5, 6, 7}, {test::reflect, test::value_of(0.1), test::periodic});
    test::train_all(in_3d, true, false);
    expect_same_bits_in_groups(in_3d, samples);
  }
  Case by_layer = test::small_case({9, 10}, {test::reflect, test::periodic});
  test::train_all(by_layer, true, true);
  expect_same_bits_in_groups(by_layer, 33); // eight go together
}

TEST(Objective, IsTheSameBitsForEveryFamily) {
  const std::vector<std::vector<std::int64_t>> shapes{{23}, {9, 13}, {10, 6, 5}};
  for (const auto& shape : shapes) {
    if (test::sanitized && shape.size() > 2) continue;
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      for (const bool space : {true, false}) {
        for (Case c :
             {test::moment_case(shape, boundary, 4), test::stencil_case(shape, boundary, 1),
              test::stencil_case(shape, boundary, shape.size() < 3 ? 2 : 1),
              test::gaussian_case(shape, boundary, shape.size() < 3 ? 3 : 2),
              test::power_law_case(shape, boundary, 2), test::sum_case(shape, boundary, 2)}) {
          test::train_all(c, space, !space);
          expect_same_bits(c);
          expect_same_bits_in_groups(c, 3);
        }
      }
    }
  }
}

/// The transpose of a radial kernel over nodes adds up what other ranks' nodes send in.
TEST(Objective, OfRadialKernelsOverNodesIsTheSameToRounding) {
  const std::vector<std::vector<std::int64_t>> shapes{{24}, {12, 13}};
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::galerkin_boundaries(shape.size())) {
      for (const auto basis : {Basis::hat, Basis::cubic_spline}) {
        for (const bool space : {true, false}) {
          Case c = test::galerkin_radial_case(shape, boundary, basis, 2, space);
          test::train_all(c, space, !space);
          const Evaluation alone = evaluate(MPI_COMM_SELF, c, 2);
          const Evaluation shared = evaluate(MPI_COMM_WORLD, c, 2);
          EXPECT_EQ(shared.parts.misfit, alone.parts.misfit);
          EXPECT_NEAR(shared.norm, alone.norm, 1e-12 * alone.norm);
        }
      }
    }
  }
}

TEST(Objective, NamesTheSampleOfABlowUpInAnotherGroup) {
  Case c = test::small_case({6, 7}, {test::periodic, test::periodic});
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Observations observations = test::random_observations(grid, c, 4);
  if (grid.rank() == 0)
    observations.input[static_cast<std::size_t>(3 * observations.points)] = 1e308;
  c.network.activation = "square";
  StatePlan plan;
  plan.groups = group_counts().back();
  if (plan.groups > 4) return;
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0), plan);
  VecHandle x = objective.initial_control(), g = objective.space().create();
  try {
    objective.value_and_gradient(x, g);
    FAIL() << "no error";
  } catch (const NumericsError& error) {
    EXPECT_NE(std::string(error.what()).find("sample 3, layer 1, point (y, x) = ("),
              std::string::npos)
        << error.what();
  }
}

TEST(Objective, NamesTheSampleLayerAndPointOfABlowUp) {
  Case c = test::small_case({6, 7}, {test::periodic, test::periodic});
  c.network.activation = "square";
  c.kernel["reaction"] = test::trained({1e100}, false, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Observations observations = test::random_observations(grid, c, 1);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  VecHandle x = objective.initial_control(), g = objective.space().create();
  try {
    objective.value_and_gradient(x, g);
    FAIL() << "no error";
  } catch (const NumericsError& error) {
    EXPECT_NE(std::string(error.what()).find("sample 0, layer 2, point (y, x) = ("),
              std::string::npos)
        << error.what();
  }
}

/// Twice the loss and gradient of a deep case in room of `states` states.
struct InRoom {
  StatePlan plan;
  double loss = 0;
  std::vector<double> sums;     ///< g.g and g.x, the same bits on any number of ranks
  std::vector<double> gradient; ///< this rank's part
};
InRoom evaluate_in_room(MPI_Comm comm, const Case& c, double states, int groups = 1) {
  const Grid grid(comm, c.grid);
  const Observations observations = test::random_observations(grid, c, 3);
  // The largest boxes, so that all ranks plan the same.
  int ranks = 1;
  MPI_Comm_size(comm, &ranks);
  const Workload w = nadir::workload_of(c, 3, Purpose::gradient);
  const Boxes boxes(box_in_group(w, ranks, 1), box_in_group(w, ranks, groups));
  InRoom found;
  found.plan = test::plan_in_room(c, boxes, 3, states, groups);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.03), found.plan,
                      {.layers_per_pass = c.run.layers_per_pass});
  VecHandle x = objective.initial_control(), g = objective.space().create();
  objective.value_and_gradient(x, g);
  found.loss = objective.value_and_gradient(x, g).loss();
  found.sums.resize(2);
  check_petsc(VecDot(g, g, &found.sums[0]));
  check_petsc(VecDot(g, x, &found.sums[1]));
  const VecRead local(g);
  found.gradient.assign(local.data(), local.data() + objective.space().local_size());
  return found;
}

Case deep_case() {
  Case c = rich_case();
  c.network.layers = 26;
  c.data.targets[0].layer = 26;
  c.data.targets[1].layer = 11;
  c.run.samples_per_pass = 2; // the third goes alone
  return c;
}

TEST(Objective, GradientsWithStatesOnDiskAreTheSameBits) {
  for (const std::int64_t layers_per_pass : {1, 4}) {
    Case c = deep_case();
    test::train_all(c, true, layers_per_pass == 1);
    c.run.layers_per_pass = layers_per_pass;
    const InRoom plain = evaluate_in_room(MPI_COMM_WORLD, c, 2 * 27);
    EXPECT_TRUE(plain.plan.keep_all);
    c.run.scratch = testing::TempDir();
    for (const double states : {2 * 3.0, 2 * 5.0, 2 * 8.0}) {
      const InRoom found = evaluate_in_room(MPI_COMM_WORLD, c, states);
      EXPECT_TRUE(found.plan.on_disk);
      EXPECT_EQ(found.loss, plain.loss);
      EXPECT_EQ(found.gradient, plain.gradient);
    }
  }
}

TEST(Objective, ADiskThatFailsOnOneRankIsAnErrorOnAllOfThem) {
  Case c = deep_case();
  c.run.scratch = testing::TempDir();
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Observations observations = test::random_observations(grid, c, 1);
  const Extents box = largest_box(grid.shape(), grid.process_grid());
  const StatePlan plan = test::plan_in_room(c, box, 1, 5);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.03), plan);
  VecHandle x = objective.initial_control(), g = objective.space().create();
  std::optional<test::FileLimit> limit;
  if (grid.rank() == test::world_size() - 1) limit.emplace(4000);
  try {
    objective.value_and_gradient(x, g);
    FAIL() << "no error";
  } catch (const SystemError& error) {
    EXPECT_NE(std::string(error.what()).find("scratch file " + c.run.scratch), std::string::npos)
        << error.what();
  }
}

TEST(Objective, GradientsWithRoundedStatesAreTheSameBitsOnAnyRanksAndInAnyRoom) {
  Case c = deep_case();
  const InRoom plain = evaluate_in_room(MPI_COMM_WORLD, c, 2 * 27);
  c.run.single_states = true;
  const InRoom most = evaluate_in_room(MPI_COMM_WORLD, c, 2 * 27);
  EXPECT_TRUE(most.plan.single && most.plan.keep_all);
  EXPECT_EQ(most.loss, plain.loss);
  EXPECT_NE(most.sums, plain.sums);
  EXPECT_NEAR(most.sums[0] / plain.sums[0], 1, 1e-5);
  EXPECT_EQ(evaluate_in_room(MPI_COMM_SELF, c, 2 * 27).sums, most.sums);
  for (const bool disk : {false, true}) {
    c.run.scratch = disk ? testing::TempDir() : "";
    for (const double states : {2 * 6.0, 2 * 10.0}) {
      const InRoom found = evaluate_in_room(MPI_COMM_WORLD, c, states);
      EXPECT_FALSE(found.plan.keep_all);
      EXPECT_EQ(found.gradient, most.gradient) << states << disk;
    }
  }
}

TEST(Objective, GroupsOfRanksHoldTheirStatesWithTheSameBits) {
  const int groups = test::world_size() % 2 == 0 ? 2 : 1;
  Case c = deep_case();
  for (const bool single : {false, true}) {
    c.run.single_states = single;
    const InRoom plain = evaluate_in_room(MPI_COMM_WORLD, c, 2 * 27);
    c.run.scratch = testing::TempDir();
    const InRoom found = evaluate_in_room(MPI_COMM_WORLD, c, 2 * 6, groups);
    EXPECT_TRUE(found.plan.on_disk);
    EXPECT_EQ(found.plan.single, single);
    EXPECT_EQ(found.loss, plain.loss);
    EXPECT_EQ(found.gradient, plain.gradient);
    c.run.scratch.clear();
  }
}

TEST(Objective, TellsHowFarRoundedStatesLeadFromTheExactGradient) {
  Case c = deep_case();
  c.run.single_states = true;
  const auto error_on = [&](MPI_Comm comm) {
    const Grid grid(comm, c.grid);
    const Observations observations = test::random_observations(grid, c, 3);
    const StatePlan plan = test::plan_in_room(c, Extents{1, 9, 10}, 3, 1e6);
    Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.03), plan);
    VecHandle x = objective.initial_control(), g = objective.space().create();
    objective.value_and_gradient(x, g);
    const StateError error = state_error(objective, x, g, plan, exact_plan(c.network.layers, plan));
    // Afterwards they are rounded again.
    VecHandle again = objective.space().create();
    objective.value_and_gradient(x, again);
    EXPECT_EQ(state_error(objective.space(), again, g).gradient, 0);
    return error;
  };
  const StateError together = error_on(MPI_COMM_WORLD), alone = error_on(MPI_COMM_SELF);
  EXPECT_GT(alone.gradient, 1e-9);
  EXPECT_LT(alone.gradient, 1e-6);
  EXPECT_EQ(together.gradient, alone.gradient);
  EXPECT_EQ(alone.parameters.size(), 5U); // all of this family, and b and omega
  EXPECT_EQ(together.parameters, alone.parameters);
}

/// Pages of this process in memory.
long resident_pages() {
  long total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident;
}

TEST(Objective, AThousandEvaluationsNeedNoMoreMemory) {
  const Case c = rich_case();
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Observations observations = test::random_observations(grid, c, 2);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.03));
  VecHandle x = objective.initial_control(), g = objective.space().create();
  for (int k = 0; k < 100; ++k) objective.value_and_gradient(x, g);
  const long before = resident_pages();
  if (test::sanitized) return; // its quarantine grows by itself
  for (int k = 0; k < 1000; ++k) objective.value_and_gradient(x, g);
  EXPECT_LE(resident_pages() - before, 64); // of 4 KiB
}

} // namespace
} // namespace nadir
