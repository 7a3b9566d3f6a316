#include "nadir/analysis/truncation.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace nadir {
namespace {

TEST(Truncation, GaussianLeavesOutWhatTheErrorFunctionSays) {
  EXPECT_NEAR(gaussian_beyond({0, 0, 2.0}, 1.0), 0.04550026389635842, 1e-15);
  EXPECT_NEAR(gaussian_beyond({0, 0, 4.0}, 2.0), 0.04550026389635842, 1e-15);
  const double one = 0.04550026389635842, other = 0.31731050786291415;
  EXPECT_NEAR(gaussian_beyond({0, 1.0, 2.0}, 1.0), 1 - (1 - one) * (1 - other), 1e-15);
  EXPECT_NEAR(gaussian_beyond({0, 0, 8.0}, 1.0) / 1.2441921148543639e-15, 1, 1e-12);
}

/// Where the integrals are known: 1 / (1 + x^2) on a line, its square in a plane and in space.
TEST(Truncation, PowerLawLeavesOutWhatItsIntegralSays) {
  for (const double x : {0.1, 1.0, 30.0}) {
    const double l = 0.7, left = 1 - 2 / std::numbers::pi * std::atan(x);
    EXPECT_NEAR(power_law_beyond(x * l, 1, l, 2) / left, 1, 1e-6) << x;
    EXPECT_NEAR(power_law_beyond(x * l, 2, l, 4) * (1 + x * x), 1, 1e-6) << x;
    const double in_space = left + 2 / std::numbers::pi * x / (1 + x * x);
    EXPECT_NEAR(power_law_beyond(x * l, 3, l, 4) / in_space, 1, 1e-6) << x;
  }
}

TEST(Truncation, HasALineForEachFamilyThatIsCutOff) {
  const auto text = [](const Case& c) {
    const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
    return truncation_text(grid, c, test::random_coefficients(grid, c, 0.0));
  };
  EXPECT_EQ(text(test::small_case({12}, {test::periodic})), "");
  Case gaussian = test::gaussian_case({12}, {test::periodic}, 2);
  gaussian.kernel.width = test::fixed({1.25}); // 2.5 points of distance 1 are two of it
  EXPECT_EQ(text(gaussian),
            "cut off at the kernel's radius: the widest gaussian leaves out 0.046 of its weight");
  const std::string both = text(test::sum_case({12}, {test::periodic}, 2));
  EXPECT_EQ(std::ranges::count(both, '\n'), 1) << both;
}

} // namespace
} // namespace nadir
