#include "nadir/analysis/resources.hpp"

#include "nadir/network/tiling.hpp"

#include "support/cases.hpp"

#include <petscsystypes.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace nadir {
namespace {

constexpr Extents whole_box{1, 100, 200};

/// Bytes of one part of an estimate.
double part(const MemoryEstimate& estimate, const std::string& name) {
  const auto found = std::ranges::find(estimate.parts, name, &MemoryPart::name);
  EXPECT_NE(found, estimate.parts.end()) << name;
  return found == estimate.parts.end() ? 0 : found->bytes;
}

/// On 100 x 200 points, all on one rank.
Case large_case(std::int64_t layers) {
  Case c = test::small_case({100, 200}, {test::periodic, test::reflect});
  c.network.layers = layers;
  return c;
}

double total(const Case& c, std::int64_t samples, const StatePlan& plan) {
  return estimate_memory(c, whole_box, samples, true, Workload::gradient, plan).total();
}

StatePlan all_states(std::int64_t samples) {
  StatePlan plan;
  plan.samples = samples;
  return plan;
}

StatePlan plan_in(double bytes, const Case& c, std::int64_t samples = 1) {
  return plan_states(c, whole_box, samples, Workload::gradient, bytes);
}

TEST(Resources, CountsParameters) {
  Case c = test::small_case({6, 7}, {test::periodic, test::reflect}, DiffusionTensor::full);
  c.kernel.advection = test::trained({0.1, 0.2}, true, true); // 2 x 3 x 42
  c.network.relaxation = test::trained({0.5}, false, true);   // 3
  const ParameterCount count = count_parameters(c);
  EXPECT_EQ(count.trained, 2 * 3 * 42 + 3);
  EXPECT_EQ(count.all, count.trained + 1 + 3 + 1); // R, D, b are numbers
}

TEST(Resources, StagesAndVectorsOfOtherLayersAreCounted) {
  Case c = large_case(9);
  const auto layers = [&](Workload workload) {
    return part(estimate_memory(c, whole_box, 1, true, workload), "layers") /
           state_bytes(c, whole_box);
  };
  EXPECT_EQ(layers(Workload::gradient), 0);
  c.network.scheme = SchemeKind::rk4;
  EXPECT_EQ(layers(Workload::forward), 3);  // W z, g, a stage
  EXPECT_EQ(layers(Workload::gradient), 7); // two stages more, two adjoints
  c.network.normalisation = Normalisation::project;
  EXPECT_EQ(layers(Workload::gradient), 8);
  c.network.scheme = SchemeKind::implicit_euler;
  EXPECT_GT(layers(Workload::forward), 30); // a Krylov basis
  EXPECT_EQ(most_layers_per_pass(c), 1);
}

TEST(Resources, StatesAreCountedWithTheirGhosts) {
  const Case c = large_case(9);
  const MemoryEstimate estimate = estimate_memory(c, whole_box, 1, true, Workload::gradient);
  // Rows are padded to whole cache lines, and one comes before the first.
  EXPECT_EQ(part(estimate, "states"), 10.0 * (102 * 208 + 8) * 8);
  EXPECT_EQ(state_bytes(c, whole_box), (102.0 * 208 + 8) * 8);
  EXPECT_GT(estimate.total(), part(estimate, "states"));
}

TEST(Resources, AllStatesAreHeldWhereTheyFitToTheByte) {
  const Case c = large_case(9);
  const double all = total(c, 1, {});
  EXPECT_TRUE(plan_in(all, c).keep_all);
  const StatePlan plan = plan_in(all - 1, c);
  EXPECT_FALSE(plan.keep_all);
  EXPECT_EQ(plan.reversal.layers, 9);
  EXPECT_EQ(plan.reversal.forward, plan_revolve(9, 9).forward);
  EXPECT_LE(total(c, 1, plan), all - 1);
}

TEST(Resources, AsManyStatesAsFitAreHeld) {
  const Case c = large_case(40);
  const double state = state_bytes(c, whole_box), all = total(c, 1, {});
  for (const double states : {38.9, 20.0, 5.5, 3.0}) {
    const double budget = all - (41 - states) * state;
    const StatePlan plan = plan_in(budget, c);
    EXPECT_FALSE(plan.keep_all);
    EXPECT_LE(total(c, 1, plan), budget);
    EXPECT_EQ(plan.reversal.forward, plan_revolve(40, static_cast<std::int64_t>(states)).forward);
  }
}

TEST(Resources, NeverFewerThanThreeStates) {
  for (const double bytes : {0.0, 1e3, -1e9}) {
    EXPECT_EQ(plan_in(bytes, large_case(40)).states(40), 3);
    for (const std::int64_t layers : {1, 2})
      EXPECT_TRUE(plan_in(bytes, large_case(layers)).keep_all);
    EXPECT_FALSE(plan_in(bytes, large_case(3)).keep_all);
    EXPECT_EQ(plan_in(bytes, large_case(3)).states(3), 3);
  }
}

TEST(Resources, TheCaseSaysWhatStatesMayTake) {
  Case c = large_case(9);
  const double state = state_bytes(c, whole_box);
  for (const double available : {0.0, 1e12}) { // no matter
    c.run.memory = 10 * state;
    EXPECT_TRUE(plan_in(available, c).keep_all);
    c.run.memory = 10 * state - 1;
    EXPECT_FALSE(plan_in(available, c).keep_all);
    EXPECT_EQ(plan_in(available, c).reversal.forward, plan_revolve(9, 9).forward);
    for (const double bytes : {3 * state, 3 * state - 1, 1.0}) {
      c.run.memory = bytes;
      EXPECT_EQ(plan_in(available, c).states(9), 3);
    }
    c = large_case(1); // two states, fewer than three
    c.run.memory = 1;
    EXPECT_TRUE(plan_in(available, c).keep_all);
    c = large_case(9);
  }
}

/// Layers have fields of their own, so that 8 samples go together: first they part, then states go.
TEST(Resources, SamplesTogetherPartBeforeStatesAreComputedAgain) {
  Case c = large_case(9);
  test::train_all(c, true, true);
  constexpr std::int64_t samples = 20;
  const StatePlan together = all_states(8), apart = all_states(1);
  EXPECT_EQ(plan_in(total(c, samples, together), c, samples).samples, 8);
  const StatePlan parted = plan_in(total(c, samples, together) - 1, c, samples);
  EXPECT_EQ(parted.samples, 1);
  EXPECT_TRUE(parted.keep_all);
  EXPECT_TRUE(plan_in(total(c, samples, apart), c, samples).keep_all);
  EXPECT_FALSE(plan_in(total(c, samples, apart) - 1, c, samples).keep_all);
  EXPECT_EQ(plan_in(1e12, c, 3).samples, 3);
  // Where the case wants them together they stay so.
  c.run.samples_per_pass = 4;
  const StatePlan wished = all_states(4);
  const StatePlan fewer = plan_in(total(c, samples, wished) - 1, c, samples);
  EXPECT_EQ(fewer.samples, 4);
  EXPECT_EQ(fewer.reversal.forward, plan_revolve(9, 9).forward);
  c.run.memory = 4 * 5 * state_bytes(c, whole_box);
  EXPECT_EQ(plan_in(0, c, samples).states(9), 5);
}

/// Five indices a point; next to other ranks, two buffers for each side of the longest message.
TEST(Resources, TheGridTakesIndicesAndBuffersOfMessages) {
  Case c = large_case(9);
  const auto grid_bytes = [&](const Extents& owned, Workload workload, const StatePlan& plan) {
    return part(estimate_memory(c, owned, 8, true, workload, plan), "grid") -
           5.0 * sizeof(PetscInt) * static_cast<double>(owned[1] * owned[2]);
  };
  const StatePlan two = all_states(2);
  constexpr double buffers = 4 * sizeof(double);
  EXPECT_EQ(grid_bytes(whole_box, Workload::gradient, two), 0.0);
  c.grid.shape = {300, 200}; // rows of y: states of two samples and g, one state for penalties
  EXPECT_EQ(grid_bytes(whole_box, Workload::gradient, two), buffers * 200 * (2 + 2 + 1));
  EXPECT_EQ(grid_bytes(whole_box, Workload::forward, two), buffers * 200 * (1 + 1 + 1));
  c.grid.shape = {300, 400}; // the same: columns have 102 points
  EXPECT_EQ(grid_bytes(whole_box, Workload::gradient, two), buffers * 200 * (2 + 2 + 1));
  c.grid.shape = {100, 400};
  EXPECT_EQ(grid_bytes(whole_box, Workload::gradient, two), buffers * 102 * (2 + 2 + 1));
  c.kernel.reaction.varies_space = true; // 16 fields of coefficients at once
  EXPECT_EQ(grid_bytes(whole_box, Workload::gradient, two), buffers * 102 * (2 + 2 + 1 + 16));
}

/// Interpolation goes over all points that are withheld, or may be because a file tells.
TEST(Resources, TheInterpolationCountsMaskedPoints) {
  Case c = large_case(9);
  const auto work = [&] {
    return part(estimate_memory(c, whole_box, 1, true, Workload::gradient), "work arrays");
  };
  const double none = work();
  WithholdCase& withhold = c.data.targets[0].withhold.emplace();
  const double fields = work() - none; // of the interpolation itself
  withhold.fraction = 0.25;
  const double quarter = work() - none - fields;
  EXPECT_GT(quarter, 0.0);
  c.data.targets[0].field.mask.emplace();
  EXPECT_DOUBLE_EQ(work() - none - fields, 4 * quarter);
  c.data.targets[0].field.mask.reset();
  withhold.source.emplace();
  EXPECT_DOUBLE_EQ(work() - none - fields, 4 * quarter);
}

/// Of 100 layers in room of so many states.
StatePlan plan_in(const Case& c, double states) {
  Case limited = c;
  limited.run.memory = states * state_bytes(c, {1, 40, 50});
  return plan_states(limited, Extents{1, 40, 50}, 1, Workload::gradient, 0);
}

Case deep_small_case() {
  Case c = test::small_case({40, 50}, {test::periodic, test::reflect});
  c.network.layers = 100;
  c.data.targets[0].layer = 100;
  test::train_all(c, true, false);
  return c;
}

TEST(Resources, RoundedStatesTakeHalfTheRoomAndFewerLayersAreComputedAgain) {
  Case c = deep_small_case();
  EXPECT_EQ(plan_in(c, 101).room(100), 101);
  EXPECT_FALSE(plan_in(c, 100).keep_all);
  const StatePlan exact = plan_in(c, 40);
  c.run.single_states = true;
  const StatePlan all = plan_in(c, 101);
  EXPECT_TRUE(all.single && all.keep_all);
  EXPECT_EQ(all.room(100), 50.5 + 9 + 1); // the block, the window of a pass, the target
  const StatePlan some = plan_in(c, 40);
  EXPECT_TRUE(some.single && !some.keep_all);
  EXPECT_LE(some.room(100), 40);
  EXPECT_LT(some.repetition(), exact.repetition());
}

TEST(Resources, WhetherStatesAreRoundedDependsOnTheCaseAlone) {
  Case c = deep_small_case();
  c.run.single_states = true;
  for (const double states : {3.0, 20.0, 1e6}) EXPECT_TRUE(plan_in(c, states).single);
  for (std::int64_t layer = 0; layer < 100; ++layer)
    c.data.targets.emplace_back(c.data.targets[0]).layer = layer;
  for (const double states : {3.0, 20.0, 1e6}) EXPECT_FALSE(plan_in(c, states).single);
}

TEST(Resources, StatesGoToTheDiskWhereThatSavesLayers) {
  Case c = deep_small_case();
  c.run.scratch = ".";
  EXPECT_FALSE(plan_in(c, 101).on_disk);
  EXPECT_FALSE(plan_in(c, 60).on_disk); // two kept and half of the layers: as few without it
  const StatePlan plan = plan_in(c, 5);
  EXPECT_TRUE(plan.on_disk);
  EXPECT_EQ(plan.reversal.block, 4);
  EXPECT_EQ(plan.states(100), 5);
  EXPECT_EQ(plan.room(100), 5);
  EXPECT_EQ(plan.states_on_disk(), 25);
  EXPECT_EQ(plan.reversal.forward, 100 + 96);
}

TEST(Resources, AttractorsTakeVectorsForEveryStart) {
  Case c = test::small_case({100, 200}, {test::periodic, test::reflect});
  const auto bytes = [&] {
    return estimate_memory(c, Extents{1, 100, 200}, 2, true, Workload::attractor).total();
  };
  const double before = bytes();
  EXPECT_GT(before, estimate_memory(c, Extents{1, 100, 200}, 2, true, Workload::forward).total());
  c.attractor.starts += 10;
  EXPECT_EQ(bytes() - before, 20.0 * 100 * 200 * 8); // a relaxed and a solved one each
}

TEST(Resources, TheLargestBoxBoundsEveryRank) {
  EXPECT_EQ(largest_box({1, 10, 7}, {1, 3, 2}), (Extents{1, 4, 4}));
}

TEST(Resources, KnowsThisNode) {
  const NodeMemory memory = node_memory(MPI_COMM_WORLD);
  EXPECT_GT(memory.available, 1e6);
  int ranks = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  EXPECT_EQ(memory.ranks, ranks);
}

} // namespace
} // namespace nadir
