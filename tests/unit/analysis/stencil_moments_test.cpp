#include "nadir/analysis/stencil_moments.hpp"

#include "nadir/base/hashed_random.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

const std::array<double, 3> steps{0.5, 1.25, 0.8};

/// Theory, section 7: W_0 = A + B + C, W_1 = Delta (B - A), W_2 = Delta^2 (A + B).
TEST(StencilMoments, OfThreePointsAreThoseOfThePaper) {
  const StencilMoments map(1, 1, steps);
  const std::vector<double> weights{0.3, 0.6, 0.25}; // A, C, B
  const double delta = steps[2];
  const auto W = map.moments(weights);
  EXPECT_NEAR(W[0], 1.15, 1e-15);
  EXPECT_NEAR(W[1], delta * (0.25 - 0.3), 1e-15);
  EXPECT_NEAR(W[2], delta * delta * 0.55, 1e-15);
}

/// W_1 = -1 alone is -d/dx: the central difference; all of 5 points, that of fourth order.
TEST(StencilMoments, OfADerivativeHaveTheWeightsOfItsBestDifference) {
  const double delta = steps[2];
  const auto three = StencilMoments(1, 1, steps).weights(std::vector<double>{0, -1, 0});
  const auto five = StencilMoments(1, 2, steps).weights(std::vector<double>{0, -1, 0, 0, 0});
  const double of_three[] = {0.5, 0, -0.5};
  const double of_five[] = {-1.0 / 12, 2.0 / 3, 0, -2.0 / 3, 1.0 / 12};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(three[i] * delta, of_three[i], 1e-15);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(five[i] * delta, of_five[i], 1e-14);
}

/// Sums over all points, by the definition, and back again to the precision the condition allows.
TEST(StencilMoments, GoBothWaysInAllDimensions) {
  for (int d = 1; d <= 3; ++d) {
    for (const int r : {1, 2, 5, 8}) {
      if (d == 3 && r > 2) continue;
      const StencilMoments map(d, r, steps);
      const std::size_t width = static_cast<std::size_t>(2 * r + 1);
      std::size_t count = 1;
      for (int a = 0; a < d; ++a) count *= width;
      std::vector<double> weights;
      for (std::size_t i = 0; i < count; ++i) weights.push_back(hashed_number(3, i));
      const auto W = map.moments(weights);
      const std::size_t k = count - 2; // high orders of all axes
      double expected = 0, size = 0;
      for (std::size_t i = 0; i < count; ++i) {
        double term = weights[i];
        std::size_t at = i, order = k;
        for (int a = 2; a > 2 - d; --a, at /= width, order /= width) {
          const double offset = static_cast<double>(at % width) - r;
          term *= std::pow(offset * steps[static_cast<std::size_t>(a)],
                           static_cast<double>(order % width));
        }
        expected += term;
        size += std::abs(term);
      }
      EXPECT_NEAR(W[k], expected, 1e-13 * size) << d << "-D, radius " << r;
      const auto again = map.weights(W);
      double error = 0;
      for (std::size_t i = 0; i < count; ++i)
        error = std::max(error, std::abs(again[i] - weights[i]));
      EXPECT_LT(error, 1e-15 * map.condition() + 1e-14) << d << "-D, radius " << r;
    }
  }
}

/// Theory, section 3: 1e4 at r = 5, 1e7 at r = 8; axes multiply.
TEST(StencilMoments, ConditionIsThatOfScaledOffsets) {
  EXPECT_NEAR(StencilMoments(1, 5, steps).condition(), 13952, 1);
  EXPECT_NEAR(StencilMoments(1, 8, steps).condition(), 9.98e6, 0.01e6);
  EXPECT_NEAR(StencilMoments(2, 1, steps).condition(), 3.2255 * 3.2255, 1e-3);
}

} // namespace
} // namespace nadir
