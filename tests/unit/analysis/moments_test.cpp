#include "nadir/analysis/moments.hpp"

#include "nadir/kernel/stencil_table.hpp"

#include "../support/matrices.hpp"

#include <gtest/gtest.h>

#include <numbers>

using namespace nadir;
using namespace nadir::test;

namespace {

/// Coefficients that are different at all points, or the same.
KnownCoefficients coefficients_at(const At& at, int dimension, bool varying) {
  const double shift =
      varying ? std::sin(0.7 * static_cast<double>(at[0]) + 0.9 * static_cast<double>(at[1]) +
                         1.3 * static_cast<double>(at[2]))
              : 1.0;
  KnownCoefficients c;
  c.R = -0.2 * shift;
  for (std::size_t a = static_cast<std::size_t>(3 - dimension); a < 3; ++a) {
    c.U[a] = (0.3 - 0.2 * static_cast<double>(a)) * shift;
    c.D[a][a] = 0.05 * static_cast<double>(a + 1) + 0.02 * shift;
    for (std::size_t b = a + 1; b < 3; ++b) c.D[a][b] = 0.01 * static_cast<double>(a + b) * shift;
  }
  return c;
}

MomentIndex unit(std::size_t axes, std::size_t a) {
  MomentIndex k(axes, 0);
  k[a] = 1;
  return k;
}

/// R, U and D come back from the moments of a matrix made of them.
void expect_coefficients(const Lattice& lattice, bool varying) {
  const int d = lattice.dimension();
  const auto weights =
      adr_matrix(lattice, [&](const At& at) { return coefficients_at(at, d, varying); });
  const auto indices = moment_indices(d, 4);
  const auto moments = moments_of({lattice, weights}, indices);
  const auto points = static_cast<std::size_t>(lattice.points());
  const auto axes = static_cast<std::size_t>(d);
  const auto value = [&](const MomentIndex& k, std::size_t i) {
    return moments[position_of(indices, k) * points + i];
  };
  double error = 0;
  for (std::size_t i = 0; i < points; ++i) {
    const auto c = coefficients_at(lattice.place(static_cast<std::int64_t>(i)), d, varying);
    error = std::max(error, std::abs(value(MomentIndex(axes, 0), i) - 1 - c.R));
    for (std::size_t a = 0; a < axes; ++a) {
      error = std::max(error, std::abs(-value(unit(axes, a), i) - c.U[a + 3 - axes]));
      for (std::size_t b = a; b < axes; ++b) {
        MomentIndex k = unit(axes, a);
        k[b] += 1;
        error = std::max(error, std::abs(value(k, i) / 2 - c.D[a + 3 - axes][b + 3 - axes]));
      }
    }
  }
  EXPECT_LT(error, 1e-12);
}

TEST(Moments, KnownCoefficientsComeBack) {
  for (const bool varying : {false, true}) {
    expect_coefficients(closed_lattice({24}, {0.5}), varying);
    expect_coefficients(closed_lattice({8, 7}, {0.5, 1.25}), varying);
    expect_coefficients(closed_lattice({5, 4, 6}, {0.8, 1.0, 1.5}), varying);
  }
}

TEST(Moments, AreOrderedByTotalOrderThenLexicographically) {
  const std::vector<MomentIndex> expected{{0, 0}, {0, 1}, {1, 0}, {0, 2}, {1, 1}, {2, 0}};
  EXPECT_EQ(moment_indices(2, 2), expected);
  for (const int d : {1, 2, 3, 5})
    EXPECT_EQ(static_cast<double>(moment_indices(d, 4).size()), count_moment_indices(d, 4));
}

TEST(Moments, OfAGaussianAreItsOwn) {
  const double A = 0.7, sigma = 1.5;
  const auto weights = ring_matrix(40, 1.0, [&](double r) {
    if (r > 8 * sigma) return 0.0;
    return A / (sigma * std::sqrt(2 * std::numbers::pi)) * std::exp(-r * r / (2 * sigma * sigma));
  });
  const auto moments = moments_of({closed_lattice({40}, {1.0}), weights}, moment_indices(1, 4));
  const std::array expected{A, 0.0, A * sigma * sigma, 0.0, 3 * A * std::pow(sigma, 4)};
  for (std::size_t k = 0; k < expected.size(); ++k)
    EXPECT_NEAR(moments[k * 40 + 7], expected[k], 1e-12 * std::max(1.0, expected[k])) << k;
}

TEST(Moments, HalfARingGoesBothWays) {
  // Every weight is on the opposite point, half a ring of 6 away: 3 steps to either side.
  const auto weights = ring_matrix(6, 0.5, [](double r) { return r > 1.4 ? 2.0 : 0.0; });
  const auto moments = moments_of({closed_lattice({6}, {0.5}), weights}, moment_indices(1, 2));
  EXPECT_DOUBLE_EQ(moments[0], 2.0);
  EXPECT_DOUBLE_EQ(moments[6], 0.0);
  EXPECT_DOUBLE_EQ(moments[12], 2.0 * 1.5 * 1.5);
}

TEST(Moments, OfPointsAnywhereAreThoseOfALattice) {
  Lattice open = closed_lattice({3, 4}, {0.5, 2.0});
  open.periodic = {0, 0};
  std::vector<double> coordinates, weights;
  for (std::int64_t i = 0; i < 12; ++i) {
    coordinates.push_back(0.5 * static_cast<double>(i / 4));
    coordinates.push_back(2.0 * static_cast<double>(i % 4));
    for (std::int64_t j = 0; j < 12; ++j)
      weights.push_back(std::sin(static_cast<double>(i * 12 + j)));
  }
  const auto indices = moment_indices(2, 3);
  const auto lattice = moments_of({open, weights}, indices);
  const auto points = moments_of_points(coordinates, 2, weights, indices);
  for (std::size_t i = 0; i < lattice.size(); ++i) EXPECT_NEAR(lattice[i], points[i], 1e-11);
}

TEST(Moments, DifferencesAreWhatAStencilIsMadeOf) {
  // c_k put into a stencil of radius 2 come back, though its moments W_3 and W_4 have aliases.
  const Lattice taps{{5, 5}, {0.5, 1.5}, {0, 0}};
  const auto indices = moment_indices(2, 4);
  std::vector<double> c;
  for (std::size_t m = 0; m < indices.size(); ++m) c.push_back(std::cos(static_cast<double>(m)));
  std::vector<double> weights(25, 0.0);
  for (std::size_t m = 0; m < indices.size(); ++m)
    for (const StencilEntry& tap :
         central_difference({0, indices[m][0], indices[m][1]}, {1, 0.5, 1.5}))
      weights[static_cast<std::size_t>(5 * (tap.offset[1] + 2) + tap.offset[2] + 2)] +=
          c[m] * tap.weight;
  const KernelRows kernel{taps, weights, 12};
  const auto moments = moments_of(kernel, indices);
  const auto found = difference_coefficients(taps, indices, moments);
  for (std::size_t m = 0; m < c.size(); ++m) EXPECT_NEAR(found[m], c[m], 1e-11) << m;
  // W_3 / 6 = c_3 + h^2 c_1 / 6 (theory, section 4)
  const auto at = [&](MomentIndex k) { return position_of(indices, k); };
  EXPECT_NEAR(moments[at({0, 3})] / 6, c[at({0, 3})] + 1.5 * 1.5 * c[at({0, 1})] / 6, 1e-11);
}

TEST(Moments, BeyondAStencilsFreedomAreAliases) {
  const Lattice lattice = closed_lattice({16}, {1.0});
  const auto weights =
      adr_matrix(lattice, [](const At& at) { return coefficients_at(at, 1, false); });
  const auto reach = reach_of({lattice, weights});
  EXPECT_EQ(reach[2], 1);
  EXPECT_FALSE(is_aliased({2}, lattice, reach));
  EXPECT_TRUE(is_aliased({3}, lattice, reach));
  // Two points on a ring have no direction.
  EXPECT_TRUE(is_aliased({1}, closed_lattice({2}, {1.0}), {0, 0, 1}));
}

TEST(Moments, RowsNearOpenEndsAreFlagged) {
  const Lattice lattice{{3, 5}, {1, 1}, {1, 0}};
  const auto flags = points_at_boundary(lattice, {0, 1, 1});
  const std::vector<std::uint8_t> row{1, 0, 0, 0, 1};
  for (std::size_t i = 0; i < flags.size(); ++i) EXPECT_EQ(flags[i], row[i % 5]) << i;
}

} // namespace
