#include "nadir/base/node_memory.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(NodeMemory, KnowsThisNode) {
  const NodeMemory memory = node_memory(MPI_COMM_WORLD);
  EXPECT_GT(memory.available, 1e6);
  int ranks = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  EXPECT_EQ(memory.ranks, ranks);
}

TEST(NodeMemory, IsSharedByItsRanksWithinTheirLimits) {
  NodeMemory memory{.available = 12e9, .ranks = 3};
  EXPECT_EQ(memory.per_rank(), 4e9);
  memory.process = 1e9;
  EXPECT_EQ(memory.per_rank(), 1e9);
  memory.available = 0; // unknown
  EXPECT_EQ(memory.per_rank(), 1e9);
}

} // namespace
} // namespace nadir
