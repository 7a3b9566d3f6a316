#include "nadir/training/observations.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace nadir {
namespace {

/// Which global points are chosen among those whose index is no multiple of 3.
std::vector<int> chosen(MPI_Comm comm, std::int64_t count, std::uint64_t seed) {
  const Case c = test::small_case({9, 11}, {test::periodic, test::reflect});
  const Grid grid(comm, c.grid);
  constexpr std::int64_t samples = 2;
  std::vector<std::uint8_t> candidate;
  std::vector<std::int64_t> index;
  for (std::int64_t s = 0; s < samples; ++s) {
    test::for_points(grid, [&](auto, auto, auto, std::int64_t i) {
      index.push_back(s * grid.points() + i);
      candidate.push_back(index.back() % 3 != 0);
    });
  }
  const auto marks = choose_points(grid, candidate, samples, count, seed);
  std::vector<int> all(static_cast<std::size_t>(samples * grid.points()), 0);
  for (std::size_t k = 0; k < marks.size(); ++k) all[static_cast<std::size_t>(index[k])] = marks[k];
  MPI_Allreduce(MPI_IN_PLACE, all.data(), static_cast<int>(all.size()), MPI_INT, MPI_SUM, comm);
  return all;
}

TEST(ChoosePoints, TakesExactlySoManyCandidatesOnAnyNumberOfRanks) {
  for (const std::int64_t count : {0, 1, 17, 132}) {
    const auto together = chosen(MPI_COMM_WORLD, count, 4), alone = chosen(MPI_COMM_SELF, count, 4);
    EXPECT_EQ(together, alone);
    EXPECT_EQ(std::accumulate(together.begin(), together.end(), std::int64_t{0}), count);
    for (std::size_t i = 0; i < together.size(); i += 3) EXPECT_EQ(together[i], 0);
  }
}

TEST(ChoosePoints, DependsOnTheSeed) {
  EXPECT_NE(chosen(MPI_COMM_WORLD, 17, 4), chosen(MPI_COMM_WORLD, 17, 5));
}

} // namespace
} // namespace nadir
