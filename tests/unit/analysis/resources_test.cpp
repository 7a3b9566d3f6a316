#include "nadir/analysis/resources.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(Resources, CountsParameters) {
  Case c = test::small_case({6, 7}, {test::periodic, test::reflect}, DiffusionTensor::full);
  c.kernel.advection = test::trained({0.1, 0.2}, true, true); // 2 x 3 x 42
  c.network.relaxation = test::trained({0.5}, false, true);   // 3
  const ParameterCount count = count_parameters(c);
  EXPECT_EQ(count.trained, 2 * 3 * 42 + 3);
  EXPECT_EQ(count.all, count.trained + 1 + 3 + 1); // R, D, b are numbers
}

TEST(Resources, StatesAreCountedWithTheirGhosts) {
  Case c = test::small_case({100, 200}, {test::periodic, test::reflect});
  c.network.layers = 9;
  const MemoryEstimate estimate =
      estimate_memory(c, Extents{1, 100, 200}, 1, true, Workload::gradient);
  const auto states = std::find_if(estimate.parts.begin(), estimate.parts.end(),
                                   [](const MemoryPart& part) { return part.name == "states"; });
  ASSERT_NE(states, estimate.parts.end());
  // Rows are padded to whole cache lines, and one comes before the first.
  EXPECT_EQ(states->bytes, 10.0 * (102 * 208 + 8) * 8);
  EXPECT_GT(estimate.total(), states->bytes);
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
