#include "nadir/analysis/spectrum.hpp"

#include "support/searched.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

namespace nadir {
namespace {

using test::ring;
using test::Searched;

TEST(Spectrum, IsTheSymbolOfAHomogeneousLayer) {
  const double R = -0.1, U = 0.3, D = 0.2, omega = 0.6;
  Case c = ring(12, "identity", R, U, D, omega);
  c.attractor.modes = 5;
  const Searched s(c, {1.0});
  std::vector<double> moduli;
  for (int k = 0; k < 12; ++k) {
    const double q = 2 * M_PI * k / 12;
    const std::complex<double> W(1 + R - D * (2 - 2 * std::cos(q)), -U * std::sin(q));
    moduli.push_back(std::abs(1 - omega + omega * W));
  }
  std::ranges::sort(moduli, std::greater<>());
  const auto& eigenvalues = s.found.points[0].spectrum.eigenvalues;
  ASSERT_EQ(eigenvalues.size(), 5u);
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(std::abs(eigenvalues[k]), moduli[k], 1e-8);
}

} // namespace
} // namespace nadir
