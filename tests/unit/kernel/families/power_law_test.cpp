#include "nadir/kernel/radial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace nadir {
namespace {

RadialTable tabulated(const RadialStencil& stencil, double l, double s) {
  RadialTable table;
  const std::array shape{l, s};
  power_law_profile().tabulate(stencil, shape.data(), table);
  return table;
}

/// With s = 2 the Lorentzian Delta / (1 + r^2/l^2), with s = 4 its square.
TEST(PowerLaw, ValuesOfWholePowers) {
  const auto stencil = radial_stencil(2, 9, {1, 0.5, 0.25});
  const RadialTable two = tabulated(stencil, 0.8, 2), four = tabulated(stencil, 0.8, 4);
  ASSERT_EQ(two.value.size(), stencil.shells());
  for (std::size_t k = 0; k < stencil.shells(); ++k) {
    const double lorentzian = 1 / (1 + stencil.square[k] / 0.64);
    EXPECT_NEAR(two.value[k], 0.125 * lorentzian, 1e-16);
    EXPECT_NEAR(four.value[k], 0.125 * lorentzian * lorentzian, 1e-16);
    EXPECT_NEAR(two.slope[1][k], 0.5 * two.value[k] * std::log(lorentzian), 1e-16);
    EXPECT_NEAR(two.slope[0][k], 0.125 * 2 / 0.8 * lorentzian * (1 - lorentzian), 1e-15);
  }
}

/// Far away phi falls as r^-s: twice as far, 2^-s.
TEST(PowerLaw, FallsByItsExponent) {
  const auto stencil = radial_stencil(1, 4096, {1, 1, 1});
  const RadialTable table = tabulated(stencil, 0.5, 3.5);
  const auto at = [&](double r) {
    for (std::size_t k = 0; k < stencil.shells(); ++k)
      if (stencil.square[k] == r * r) return table.value[k];
    return -1.0;
  };
  EXPECT_NEAR(at(4096) / at(2048), std::pow(2.0, -3.5), 1e-6);
}

/// A search may try exponents of either sign: the ends of the range are 0 and infinity.
TEST(PowerLaw, ExponentsBeyondNumbers) {
  const auto stencil = radial_stencil(1, 2, {1, 1, 1e3});
  const RadialTable steep = tabulated(stencil, 1.0, 300.0), wrong = tabulated(stencil, 1.0, -300.0);
  for (std::size_t k = 0; k < stencil.shells(); ++k) {
    const bool here = stencil.square[k] == 0;
    EXPECT_EQ(steep.value[k], here ? 1e3 : 0.0);
    if (here)
      EXPECT_EQ(wrong.value[k], 1e3);
    else
      EXPECT_TRUE(std::isinf(wrong.value[k]));
  }
}

/// Where the integrals are known: 1 / (1 + x^2) on a line, its square in a plane and in space.
TEST(PowerLaw, CutOffLeavesOutWhatItsIntegralSays) {
  for (const double x : {0.1, 1.0, 30.0}) {
    const double l = 0.7, left = 1 - 2 / std::numbers::pi * std::atan(x);
    EXPECT_NEAR(power_law_beyond(x * l, 1, l, 2) / left, 1, 1e-6) << x;
    EXPECT_NEAR(power_law_beyond(x * l, 2, l, 4) * (1 + x * x), 1, 1e-6) << x;
    const double in_space = left + 2 / std::numbers::pi * x / (1 + x * x);
    EXPECT_NEAR(power_law_beyond(x * l, 3, l, 4) / in_space, 1, 1e-6) << x;
  }
}

} // namespace
} // namespace nadir
