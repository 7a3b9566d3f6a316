#include "nadir/kernel/cell_basis.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

/// Gauss nodes integrate polynomials up to the degree 2 Q - 1, and no further.
TEST(CellBasis, NodesIntegratePolynomials) {
  for (int nodes = 2; nodes <= most_nodes; ++nodes) {
    const CellBasis basis = cell_basis(Basis::hat, nodes, 1.0);
    for (int degree = 0; degree <= 2 * nodes; ++degree) {
      double sum = 0;
      for (std::size_t q = 0; q < static_cast<std::size_t>(nodes); ++q)
        sum += basis.weight[q] * std::pow(basis.place[q], degree);
      const double error = std::abs(sum - 1.0 / (degree + 1));
      if (degree < 2 * nodes)
        EXPECT_LT(error, 1e-15) << nodes << " nodes, degree " << degree;
      else
        EXPECT_GT(error, 1e-8) << nodes << " nodes";
    }
  }
}

/// At every node the functions add up to 1 and reproduce x, cubic splines also x^2 and x^3; so do
/// their derivatives.
TEST(CellBasis, FunctionsReproducePolynomials) {
  constexpr double cell = 0.4;
  for (const Basis kind : {Basis::hat, Basis::cubic_spline}) {
    const CellBasis basis = cell_basis(kind, 4, cell);
    const bool cubic = kind == Basis::cubic_spline;
    for (std::size_t q = 0; q < 4; ++q) {
      const double x = basis.place[q] * cell;
      std::array<std::array<double, 4>, derivative_orders> sums{};
      for (std::size_t k = 0; k < derivative_orders; ++k) {
        for (int t = 0; t < basis.taps; ++t) {
          const double at = cell * (basis.lowest + t);
          // Amplitudes of 1, x, x^2, x^3 for cubic splines (Marsden's identity).
          const double h = cell * cell / 3;
          const std::array amplitude{1.0, at, at * at - h, at * (at * at - 3 * h)};
          for (std::size_t p = 0; p < 4; ++p)
            sums[k][p] += basis.value[k][q][static_cast<std::size_t>(t)] * amplitude[p];
        }
      }
      EXPECT_NEAR(sums[0][0], 1, 1e-15);
      EXPECT_NEAR(sums[0][1], x, 1e-15);
      EXPECT_NEAR(sums[1][0], 0, 1e-14);
      EXPECT_NEAR(sums[1][1], 1, 1e-14);
      if (!cubic) continue;
      EXPECT_NEAR(sums[0][2], x * x, 1e-15);
      EXPECT_NEAR(sums[0][3], x * x * x, 1e-15);
      EXPECT_NEAR(sums[1][3], 3 * x * x, 1e-14);
      EXPECT_NEAR(sums[2][2], 2, 1e-13);
      EXPECT_NEAR(sums[2][3], 6 * x, 1e-13);
    }
  }
}

TEST(CellBasis, FunctionsReachTheCellsTheirTapsSay) {
  const CellBasis hat = cell_basis(Basis::hat, 2, 1.0);
  const CellBasis spline = cell_basis(Basis::cubic_spline, 4, 1.0);
  EXPECT_EQ(hat.first_cell(5), 4);
  EXPECT_EQ(hat.last_cell(5), 5);
  EXPECT_EQ(spline.first_cell(5), 3);
  EXPECT_EQ(spline.last_cell(5), 6);
  EXPECT_EQ(basis_reach(Basis::hat), hat.taps - 1);
  EXPECT_EQ(basis_reach(Basis::cubic_spline), spline.taps - 1);
}

/// A mirror in the middle of a cell leaves half of its weight.
TEST(CellBasis, HalfACellCountsHalf) {
  for (int nodes = 2; nodes <= most_nodes; ++nodes) {
    const CellBasis basis = cell_basis(Basis::cubic_spline, nodes, 1.0);
    for (const int side : {0, 1}) {
      double sum = 0;
      for (int q = 0; q < nodes; ++q)
        sum += basis.weight[static_cast<std::size_t>(q)] * basis.inside(q, side);
      EXPECT_NEAR(sum, 0.5, 1e-15) << nodes;
    }
    EXPECT_EQ(basis.inside(0, 0), 0.0);
    EXPECT_EQ(basis.inside(0, 1), 1.0);
  }
}

} // namespace
} // namespace nadir
