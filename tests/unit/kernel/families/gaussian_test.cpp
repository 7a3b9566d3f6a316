#include "nadir/kernel/radial.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nadir {
namespace {

/// The moments of benchmarks.md: W_0 = A, W_2 = A sigma^2, W_4 = 3 A sigma^4, W_22 = A sigma^4.
TEST(Gaussian, Moments) {
  for (const double widths : {1.5, 1.7, 2.0, 3.0}) {
    for (const auto& h : {std::array{1.0, 1.0, 1.0}, std::array{1.0, 0.5, 0.4}}) {
      const double sigma = widths * std::max(h[1], h[2]), A = 0.7;
      const int radius = static_cast<int>(std::ceil(8 * sigma / std::min(h[1], h[2])));
      const auto stencil = radial_stencil(2, radius, h);
      const auto weights =
          radial_table_of(gaussian_profile(), stencil).weights_of(std::array{A, sigma});
      const auto moment = [&](int m, int n) {
        double sum = 0;
        for (std::size_t k = 0; k < stencil.shells(); ++k)
          for (std::size_t j = stencil.first[k]; j < stencil.first[k + 1]; ++j)
            sum += weights[k] * std::pow(stencil.offsets[j][1] * h[1], m) *
                   std::pow(stencil.offsets[j][2] * h[2], n);
        return sum;
      };
      EXPECT_NEAR(moment(0, 0), A, 1e-12 * A);
      EXPECT_NEAR(moment(0, 2), A * std::pow(sigma, 2), 1e-12 * A * std::pow(sigma, 2));
      EXPECT_NEAR(moment(2, 0), A * std::pow(sigma, 2), 1e-12 * A * std::pow(sigma, 2));
      EXPECT_NEAR(moment(0, 4), 3 * A * std::pow(sigma, 4), 3e-12 * A * std::pow(sigma, 4));
      EXPECT_NEAR(moment(2, 2), A * std::pow(sigma, 4), 1e-12 * A * std::pow(sigma, 4));
      for (const auto& [m, n] : {std::pair{1, 0}, {0, 1}, {1, 2}, {3, 0}, {1, 1}})
        EXPECT_NEAR(moment(m, n), 0.0, 1e-12 * A * std::pow(sigma, m + n));
    }
  }
}

/// At r = 0 the peak, at r = sigma and 2 sigma its parts exp(-1/2) and exp(-2); far away 0, not
/// less.
TEST(Gaussian, ValuesAtKnownDistances) {
  const auto stencil = radial_stencil(1, 400, {1, 1, 0.5});
  RadialTable table;
  const double sigma = 1.5; // three points
  gaussian_profile().tabulate(stencil, &sigma, table);
  const double peak = 0.5 / (sigma * std::sqrt(2 * std::numbers::pi));
  const auto at = [&](double r) {
    const auto shell = std::ranges::find(stencil.square, r * r) - stencil.square.begin();
    return static_cast<std::size_t>(shell);
  };
  EXPECT_NEAR(table.value[at(0)], peak, 1e-16);
  EXPECT_NEAR(table.value[at(1.5)], peak * std::exp(-0.5), 1e-16);
  EXPECT_NEAR(table.value[at(3)], peak * std::exp(-2.0), 1e-16);
  EXPECT_EQ(table.value[at(200)], 0.0);
  // d phi / d sigma vanishes at r = sigma, where one axis spreads neither in nor out.
  EXPECT_NEAR(table.slope[0][at(1.5)], 0.0, 1e-16);
  EXPECT_NEAR(table.slope[0][at(0)], -peak / sigma, 1e-16);
}

TEST(Gaussian, CutOffLeavesOutWhatTheErrorFunctionSays) {
  EXPECT_NEAR(gaussian_beyond({0, 0, 2.0}, 1.0), 0.04550026389635842, 1e-15);
  EXPECT_NEAR(gaussian_beyond({0, 0, 4.0}, 2.0), 0.04550026389635842, 1e-15);
  const double one = 0.04550026389635842, other = 0.31731050786291415;
  EXPECT_NEAR(gaussian_beyond({0, 1.0, 2.0}, 1.0), 1 - (1 - one) * (1 - other), 1e-15);
  EXPECT_NEAR(gaussian_beyond({0, 0, 8.0}, 1.0) / 1.2441921148543639e-15, 1, 1e-12);
}

} // namespace
} // namespace nadir
