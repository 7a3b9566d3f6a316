#include "nadir/plan/revolve.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace nadir {
namespace {

/// Fewest blocks advanced over, by trying every position of the next state kept.
std::vector<std::vector<std::int64_t>> fewest_advanced(std::size_t blocks, std::size_t kept) {
  std::vector fewest(kept + 1, std::vector<std::int64_t>(blocks + 1, 0));
  for (std::size_t s = 1; s <= kept; ++s) {
    for (std::size_t m = 2; m <= blocks; ++m) {
      fewest[s][m] = static_cast<std::int64_t>(m * (m - 1) / 2);
      for (std::size_t k = 1; s > 1 && k < m; ++k) {
        const std::int64_t advanced =
            static_cast<std::int64_t>(k) + fewest[s - 1][m - k] + fewest[s][k];
        fewest[s][m] = std::min(fewest[s][m], advanced);
      }
    }
  }
  return fewest;
}

TEST(Revolve, AdvancesOverTheFewestBlocks) {
  constexpr std::size_t blocks = 60, kept = 8;
  const auto fewest = fewest_advanced(blocks, kept);
  for (std::size_t s = 1; s <= kept; ++s) {
    for (std::size_t m = 1; m <= blocks; ++m) {
      const auto M = static_cast<std::int64_t>(m), S = static_cast<std::int64_t>(s);
      EXPECT_EQ(blocks_advanced(M, S), fewest[s][m]) << m << " blocks, " << s << " kept";
      if (m < 2 || s < 2) continue;
      const std::int64_t k = next_kept(M, S);
      const auto at = static_cast<std::size_t>(k);
      EXPECT_EQ(k + fewest[s - 1][m - at] + fewest[s][at], fewest[s][m])
          << m << " blocks, " << s << " kept: " << k;
    }
  }
}

TEST(Revolve, PlansStayWithinTheirStates) {
  for (const std::int64_t layers : {1, 2, 7, 16, 1024, 1000000}) {
    for (const std::int64_t states : {3, 4, 7, 64}) {
      const RevolvePlan plan = plan_revolve(layers, states);
      EXPECT_LE(plan.states(), states);
      EXPECT_GE(plan.kept, 1);
      EXPECT_GE(plan.forward, layers);
    }
  }
  // Twice the square root: every layer is computed once more, but those of the last block.
  EXPECT_LE(plan_revolve(1024, 64).forward, 2 * 1024);
}

} // namespace
} // namespace nadir
