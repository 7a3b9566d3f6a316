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
