#include "nadir/base/hashed_random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace nadir {
namespace {

TEST(HashedRandom, IsABijectionAndLooksUniform) {
  std::set<std::uint64_t> seen;
  double sum = 0, squares = 0;
  constexpr int n = 20000;
  for (std::uint64_t i = 0; i < n; ++i) {
    seen.insert(hashed(5, i));
    const double u = hashed_number(5, i);
    EXPECT_LT(std::abs(u), 1.0);
    sum += u;
    squares += u * u;
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(n));
  EXPECT_NEAR(sum / n, 0.0, 0.02);
  EXPECT_NEAR(squares / n, 1.0 / 3.0, 0.01);
}

} // namespace
} // namespace nadir
