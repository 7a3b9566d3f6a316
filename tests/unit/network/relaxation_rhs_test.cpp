#include "nadir/network/relaxation_rhs.hpp"

#include "support/grids.hpp"
#include "support/relaxation.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using test::Relaxation;

/// Rows longer than a piece.
Grid long_rows() { return test::grid_of({3, 1100}, BoundaryKind::reflect); }

TEST(PointRows, PiecesCoverEveryPointOnceInOrder) {
  const Grid grid = long_rows();
  Relaxation r(grid, "tanh");
  r.b = r.random(1, 0.0, 1.0);
  r.omega.fill(0.25);
  r.use();
  std::ptrdiff_t next = 0;
  std::int64_t rows = 0;
  r.rate.rows().for_pieces([&](const PointRows::Piece& piece) {
    EXPECT_EQ(piece.packed, next);
    EXPECT_LE(piece.n, segment_points);
    next += piece.n;
    rows += piece.at == r.layout().index(0, rows, 0);
    for (int i = 0; i < piece.n; ++i) {
      EXPECT_EQ(piece.b[i], r.b.data()[piece.at + i]);
      EXPECT_EQ(piece.omega[i], 0.25);
    }
  });
  EXPECT_EQ(next, grid.owned().points());
  EXPECT_EQ(rows, grid.owned().count[1]);
}

/// A number stands for a row of equal ones, and a derivative by it is the sum.
TEST(PointRows, NumbersAreRowsAndTheirDerivativesSums) {
  const Grid grid = long_rows();
  PointRows rows(Layout(grid, 1));
  LayerCoefficients numbers;
  numbers.b.number = 0.5;
  numbers.omega.number = 2.0;
  rows.set_coefficients(numbers);
  ReproducibleSum b_bar;
  LayerGradient bar;
  bar.b.sum = &b_bar;
  rows.set_gradient(bar);
  rows.for_pieces_back([&](const PointRows::Piece& piece, double* to_b, double* to_omega) {
    EXPECT_EQ(to_omega, nullptr);
    for (int i = 0; i < piece.n; ++i) to_b[i] += piece.b[i] * piece.omega[i];
  });
  EXPECT_EQ(b_bar.value(), static_cast<double>(grid.owned().points()));
}

/// (1 - omega) z + omega f(W z - b) by hand.
TEST(RelaxationRhs, RelaxesByItsFormula) {
  const Grid grid = long_rows();
  Relaxation r(grid, "tanh");
  r.next = 0.0;
  r.b.fill(0.2);
  r.omega = r.random(2, 0.5, 0.4);
  r.use();
  Field z = r.random(1, 0.0, 1.0), z_next(r.layout()), rates(r.layout());
  r.rate.relax(z.data(), z_next.data());
  r.rate.evaluate(z.data(),
                  [&](const PointRows::Piece& piece, const double* f, const double* slope) {
                    for (int i = 0; i < piece.n; ++i) {
                      rates.data()[piece.at + i] = f[i] - z.data()[piece.at + i];
                      EXPECT_NEAR(slope[i], 1 - f[i] * f[i], 1e-15);
                    }
                  });
  const auto number = [](std::uint64_t seed, std::int64_t i) {
    return hashed_number(seed, static_cast<std::uint64_t>(i));
  };
  const auto rate = [&](std::int64_t i) {
    return std::tanh(r.here * number(1, i) - 0.2) - number(1, i);
  };
  EXPECT_LT(r.error(rates, rate), 1e-15);
  EXPECT_LT(
      r.error(z_next,
              [&](std::int64_t i) { return number(1, i) + (0.5 + 0.4 * number(2, i)) * rate(i); }),
      1e-15);
  EXPECT_EQ(r.rate.evaluations(), 2);
}

TEST(RelaxationRhs, TransposeGivesAllDerivatives) {
  const Grid grid = test::grid_of({4, 19}, BoundaryKind::periodic);
  Relaxation r(grid, "tanh");
  test::expect_transposed(
      r, [&](double* z, double* z_next) { r.rate.relax(z, z_next); },
      [&](double* z, double*, const double* l, double* z_bar) { r.rate.transpose(z, l, z_bar); });
}

} // namespace
} // namespace nadir
