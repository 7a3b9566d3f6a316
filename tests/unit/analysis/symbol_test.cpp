#include "nadir/analysis/symbol.hpp"

#include "../support/matrices.hpp"

#include <gtest/gtest.h>

using namespace nadir;
using namespace nadir::test;

namespace {

TEST(Symbol, OfCentralDifferencesIsKnown) {
  const Lattice lattice = closed_lattice({12, 10}, {0.5, 2.0});
  const auto weights = adr_matrix(lattice, [](const At&) {
    KnownCoefficients c;
    c.R = -0.1;
    c.U = {0, 0.2, 0.4};
    c.D[1][1] = 0.03;
    c.D[2][2] = 0.5;
    c.D[1][2] = 0.04;
    return c;
  });
  const auto phases = sampled_phases(9);
  const double omega = 0.7;
  const Symbol symbol = symbol_of({lattice, weights}, directions_of(2), phases, omega, {});
  for (std::size_t w = 0; w < phases.size(); ++w) {
    const double s = std::sin(phases[w]), c = 1 - std::cos(phases[w]);
    const std::complex<double> y(-2 * 0.03 * c / 0.25, -0.2 * s / 0.5);
    const std::complex<double> x(-2 * 0.5 * c / 4, -0.4 * s / 2);
    const double mixed = -2 * 0.04 * s * s / (0.5 * 2);
    const std::array expected{0.9 + y, 0.9 + x, 0.9 + x + y + mixed};
    for (std::size_t d = 0; d < 3; ++d) {
      const std::size_t at = d * phases.size() + w;
      EXPECT_NEAR(std::abs(symbol.value[at] - expected[d]), 0, 1e-13);
      EXPECT_NEAR(symbol.amplification[at], std::abs(1 - omega + omega * expected[d]), 1e-13);
      EXPECT_NEAR(symbol.highest[at], symbol.lowest[at], 1e-12) << "all rows are the same";
    }
  }
}

TEST(Symbol, OfHalfARingIsReal) {
  const auto weights = ring_matrix(6, 1.0, [](double r) { return r == 3 ? 1.0 : 0.0; });
  const std::array phases{0.3};
  const Symbol symbol =
      symbol_of({closed_lattice({6}, {1.0}), weights}, directions_of(1), phases, 1, {});
  EXPECT_NEAR(symbol.value[0].real(), std::cos(0.9), 1e-14);
  EXPECT_NEAR(symbol.value[0].imag(), 0, 1e-14);
}

TEST(Cumulants, AreThoseOfTheTheory) {
  // The hand check of the relaxation layer: per layer drift 0.1, variance 0.29.
  const Cumulants c = cumulants_of({1.0, -0.2, 0.6, -0.2}, 0.5);
  EXPECT_DOUBLE_EQ(c.mass, 1.0);
  EXPECT_DOUBLE_EQ(c.drift, 0.1);
  EXPECT_NEAR(c.variance, 14.5 / 50, 1e-15);
  EXPECT_NEAR(c.effective_diffusion, 0.3 - 0.5 * 0.04 / 2, 1e-15);
  EXPECT_NEAR(c.third, -0.1 + 3 * 0.3 * 0.1 - 2e-3, 1e-15);
  // With R: drift omega U / (1 + omega R), and the rest of section 3.
  const Cumulants r = cumulants_of({0.8, -0.2, 0.6, 0}, 0.5);
  EXPECT_NEAR(r.mass, 0.9, 1e-15);
  EXPECT_NEAR(r.effective_diffusion, 0.3 / 0.9 - 0.5 * 0.04 / (2 * 0.81), 1e-15);
}

} // namespace
