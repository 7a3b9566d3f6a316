#include "nadir/base/collective.hpp"

#include "nadir/base/error.hpp"

#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace nadir {
namespace {

const MPI_Comm world = MPI_COMM_WORLD;

TEST(Collective, TextsOfAnyRankReachAll) {
  const int last = test::world_size() - 1;
  const std::string mine(static_cast<std::size_t>(test::world_rank()), 'x');
  EXPECT_EQ(broadcast_text(world, mine, last), std::string(static_cast<std::size_t>(last), 'x'));
  EXPECT_EQ(broadcast_text(world, test::world_rank() == 0 ? std::string("a\0b", 3) : "longer text"),
            std::string("a\0b", 3));
}

TEST(Collective, SumsOfAllRanks) {
  const std::int64_t ranks = test::world_size(), mine = test::world_rank() + 1;
  EXPECT_EQ(sum_over_ranks(world, mine), ranks * (ranks + 1) / 2);
  EXPECT_EQ(sum_over_ranks(world, 0.5), 0.5 * static_cast<double>(ranks));
  // What no int counts.
  EXPECT_EQ(sum_over_ranks(world, std::int64_t{1} << 40), ranks << 40);
}

/// 2^60 swallows what plain additions would add to it; six sums are more than the few that need no
/// allocation.
TEST(Collective, ReproducibleSumsAreExactWhateverTheRanksHave) {
  for (const std::size_t count : {1U, 4U, 6U}) {
    std::vector<ReproducibleSum> sums(count);
    const bool first = test::world_rank() == 0, last = test::world_rank() + 1 == test::world_size();
    for (std::size_t k = 0; k < count; ++k) {
      if (first) sums[k].add(0x1p60);
      sums[k].add(static_cast<double>(k));
      if (last) sums[k].add(-0x1p60);
    }
    sum_over_ranks(world, sums);
    for (std::size_t k = 0; k < count; ++k)
      EXPECT_EQ(sums[k].value(), static_cast<double>(k) * test::world_size());
  }
}

TEST(Collective, AllRanksGetTheProblemOfTheLowestFailingRank) {
  const int rank = test::world_rank(), last = test::world_size() - 1;
  EXPECT_EQ(first_problem(world, ""), "");
  EXPECT_EQ(first_problem(world, rank == last ? "on the last" : ""), "on the last");
  EXPECT_EQ(first_problem(world, std::to_string(rank)), "0");
}

TEST(Collective, TogetherThrowsEverywhereOrNowhere) {
  together<SystemError>(world, "file: ", [] {});
  const auto message_of = [](auto work) -> std::string {
    try {
      together<SystemError>(world, "file: ", work);
    } catch (const SystemError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  const int last = test::world_size() - 1;
  EXPECT_EQ(message_of([&] {
              if (test::world_rank() == last) throw std::runtime_error("disk full");
            }),
            "file: disk full");
  EXPECT_EQ(message_of([] { throw std::runtime_error(""); }), "file: unknown error");
}

} // namespace
} // namespace nadir
