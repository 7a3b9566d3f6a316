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

TEST(HashedRandom, NormalNumbersHaveTheirMoments) {
  constexpr int n = 20000;
  double sum = 0, squares = 0, fourth = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double x = normal_number(7, i);
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  EXPECT_NEAR(sum / n, 0.0, 0.03);
  EXPECT_NEAR(squares / n, 1.0, 0.04);
  EXPECT_NEAR(fourth / n, 3.0, 0.3);
}

TEST(HashedRandom, NamesHaveStreamsOfTheirOwn) {
  EXPECT_NE(named_stream(1, "reaction"), named_stream(1, "advection"));
  EXPECT_NE(named_stream(1, "reaction"), named_stream(2, "reaction"));
}

} // namespace
} // namespace nadir
