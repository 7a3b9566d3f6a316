#include "nadir/base/stop.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace nadir {
namespace {

int rank_of_world() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int last_rank() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks - 1;
}

TEST(Stop, OneRanksWishIsEverybodysDecision) {
  bool wish = false;
  Stop stop(MPI_COMM_WORLD, [&](bool) -> std::string { return wish ? "enough" : ""; });
  EXPECT_FALSE(stop.ask());
  wish = rank_of_world() == last_rank();
  EXPECT_EQ(stop.wished(), wish);
  EXPECT_TRUE(stop.ask());
  wish = false;
  EXPECT_TRUE(stop.ask()) << "a decision was taken back";
  EXPECT_EQ(stop.why(), "enough");
}

TEST(Stop, IsHeardAmidLongWorkAtTheSameStepOnAllRanks) {
  using namespace std::chrono_literals;
  const auto start = std::chrono::steady_clock::now();
  Stop stop(MPI_COMM_WORLD, [&](bool amid_work) -> std::string {
    const bool late = std::chrono::steady_clock::now() - start > 100ms;
    return amid_work && late && rank_of_world() == 0 ? "late" : "";
  });
  int steps = 0;
  try {
    for (; steps < 100000; ++steps) {
      stop.step();
      std::this_thread::sleep_for(100us);
    }
    ADD_FAILURE() << "never heard";
  } catch (const StopRequest& request) {
    EXPECT_STREQ(request.what(), "late");
    EXPECT_EQ(request.code(), ExitCode::stopped);
  }
  int most = steps;
  MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  EXPECT_EQ(most, steps);
}

} // namespace
} // namespace nadir
