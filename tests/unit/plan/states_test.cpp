#include "nadir/plan/memory.hpp"

#include "support/workloads.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using test::whole_box;

double total(const Workload& w, const StatePlan& plan) {
  return estimate_memory(w, whole_box, {}, plan).total();
}

StatePlan all_states(std::int64_t samples) {
  StatePlan plan;
  plan.samples = samples;
  return plan;
}

StatePlan plan_in(double bytes, const Workload& w) { return plan_states(w, whole_box, bytes); }

TEST(States, AllStatesAreHeldWhereTheyFitToTheByte) {
  const Workload w = test::field_workload(9);
  const double all = total(w, {});
  EXPECT_TRUE(plan_in(all, w).keep_all);
  const StatePlan plan = plan_in(all - 1, w);
  EXPECT_FALSE(plan.keep_all);
  EXPECT_EQ(plan.reversal.layers, 9);
  EXPECT_EQ(plan.reversal.forward, plan_revolve(9, 9).forward);
  EXPECT_LE(total(w, plan), all - 1);
}

TEST(States, AsManyStatesAsFitAreHeld) {
  const Workload w = test::field_workload(40);
  const double state = state_bytes(w, whole_box), all = total(w, {});
  for (const double states : {38.9, 20.0, 5.5, 3.0}) {
    const double budget = all - (41 - states) * state;
    const StatePlan plan = plan_in(budget, w);
    EXPECT_FALSE(plan.keep_all);
    EXPECT_LE(total(w, plan), budget);
    EXPECT_EQ(plan.reversal.forward, plan_revolve(40, static_cast<std::int64_t>(states)).forward);
  }
}

TEST(States, NeverFewerThanThreeStates) {
  for (const double bytes : {0.0, 1e3, -1e9}) {
    EXPECT_EQ(plan_in(bytes, test::field_workload(40)).states(40), 3);
    for (const std::int64_t layers : {1, 2})
      EXPECT_TRUE(plan_in(bytes, test::field_workload(layers)).keep_all);
    EXPECT_FALSE(plan_in(bytes, test::field_workload(3)).keep_all);
    EXPECT_EQ(plan_in(bytes, test::field_workload(3)).states(3), 3);
  }
}

TEST(States, AWishSaysWhatStatesMayTake) {
  Workload w = test::field_workload(9);
  const double state = state_bytes(w, whole_box);
  for (const double available : {0.0, 1e12}) { // no matter
    w.wishes.memory = 10 * state;
    EXPECT_TRUE(plan_in(available, w).keep_all);
    w.wishes.memory = 10 * state - 1;
    EXPECT_FALSE(plan_in(available, w).keep_all);
    EXPECT_EQ(plan_in(available, w).reversal.forward, plan_revolve(9, 9).forward);
    for (const double bytes : {3 * state, 3 * state - 1, 1.0}) {
      w.wishes.memory = bytes;
      EXPECT_EQ(plan_in(available, w).states(9), 3);
    }
    w = test::field_workload(1); // two states, fewer than three
    w.wishes.memory = 1;
    EXPECT_TRUE(plan_in(available, w).keep_all);
    w = test::field_workload(9);
  }
}

/// Layers have fields of their own, so that 8 samples go together: first they part, then states go.
TEST(States, SamplesTogetherPartBeforeStatesAreComputedAgain) {
  Workload w = test::field_workload(9, 20);
  test::train_all(w, true, true);
  const StatePlan together = all_states(8), apart = all_states(1);
  EXPECT_EQ(plan_in(total(w, together), w).samples, 8);
  const StatePlan parted = plan_in(total(w, together) - 1, w);
  EXPECT_EQ(parted.samples, 1);
  EXPECT_EQ(parted.per_leaf, 8); // gradients are added as before
  EXPECT_TRUE(parted.keep_all);
  EXPECT_TRUE(plan_in(total(w, apart), w).keep_all);
  EXPECT_FALSE(plan_in(total(w, apart) - 1, w).keep_all);
  Workload three = w;
  three.samples = 3;
  EXPECT_EQ(plan_in(1e12, three).samples, 3);
  // Where they are wanted together they stay so.
  w.wishes.samples_per_pass = 4;
  const StatePlan wished = all_states(4);
  const StatePlan fewer = plan_in(total(w, wished) - 1, w);
  EXPECT_EQ(fewer.samples, 4);
  EXPECT_EQ(fewer.reversal.forward, plan_revolve(9, 9).forward);
  w.wishes.memory = 4 * 5 * state_bytes(w, whole_box);
  EXPECT_EQ(plan_in(0, w).states(9), 5);
}

constexpr Extents small_box{1, 40, 50};

/// Of 100 layers in room of so many states.
StatePlan plan_in_states(double states, const Workload& w) {
  Workload limited = w;
  limited.wishes.memory = states * state_bytes(w, small_box);
  return plan_states(limited, small_box, 0);
}

Workload deep_workload() {
  Workload w = test::small_workload({40, 50});
  w.layers = 100;
  test::train_all(w, true, false);
  return w;
}

TEST(States, RoundedStatesTakeHalfTheRoomAndFewerLayersAreComputedAgain) {
  Workload w = deep_workload();
  EXPECT_EQ(plan_in_states(101, w).room(100), 101);
  EXPECT_FALSE(plan_in_states(100, w).keep_all);
  const StatePlan exact = plan_in_states(40, w);
  w.wishes.single_states = true;
  const StatePlan all = plan_in_states(101, w);
  EXPECT_TRUE(all.single && all.keep_all);
  EXPECT_EQ(all.room(100), 50.5 + 9 + 1); // the block, the window of a pass, the target
  const StatePlan some = plan_in_states(40, w);
  EXPECT_TRUE(some.single && !some.keep_all);
  EXPECT_LE(some.room(100), 40);
  EXPECT_LT(some.repetition(), exact.repetition());
}

TEST(States, WhetherStatesAreRoundedDependsOnTheWorkAlone) {
  Workload w = deep_workload();
  w.wishes.single_states = true;
  for (const double states : {3.0, 20.0, 1e6}) EXPECT_TRUE(plan_in_states(states, w).single);
  w.targets = w.target_layers = 101;
  for (const double states : {3.0, 20.0, 1e6}) EXPECT_FALSE(plan_in_states(states, w).single);
}

TEST(States, StatesGoToTheDiskWhereThatSavesLayers) {
  Workload w = deep_workload();
  w.wishes.scratch = true;
  EXPECT_FALSE(plan_in_states(101, w).on_disk);
  EXPECT_FALSE(plan_in_states(60, w).on_disk); // two kept and half of the layers: as few without it
  const StatePlan plan = plan_in_states(5, w);
  EXPECT_TRUE(plan.on_disk);
  EXPECT_EQ(plan.reversal.block, 4);
  EXPECT_EQ(plan.states(100), 5);
  EXPECT_EQ(plan.room(100), 5);
  EXPECT_EQ(plan.states_on_disk(), 25);
  EXPECT_EQ(plan.reversal.forward, 100 + 96);
}

} // namespace
} // namespace nadir
