#include "nadir/analysis/machine.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(Machine, IsTheSameForAllRanks) {
  const Machine machine = this_machine(MPI_COMM_WORLD);
  int ranks = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  EXPECT_EQ(machine.ranks, ranks);
  EXPECT_EQ(this_machine(MPI_COMM_SELF).ranks, 1);
  EXPECT_GT(machine.cache_bytes, 1024);
  EXPECT_FALSE(machine.convolution);
  double extremes[2] = {machine.memory_per_rank, -machine.memory_per_rank};
  MPI_Allreduce(MPI_IN_PLACE, extremes, 2, MPI_DOUBLE, MPI_MIN, MPI_COMM_WORLD);
  EXPECT_GT(extremes[0], 0);
  EXPECT_EQ(extremes[0], -extremes[1]);
}

} // namespace
} // namespace nadir
