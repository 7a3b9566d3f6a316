#include "nadir/analysis/explained.hpp"

#include "../support/matrices.hpp"

#include <gtest/gtest.h>

#include <numbers>

using namespace nadir;
using namespace nadir::test;

namespace {

Explained shares(const Lattice& lattice, const std::vector<double>& weights, int order) {
  const KernelRows kernel{lattice, weights};
  const auto indices = moment_indices(lattice.dimension(), order);
  const auto c = difference_coefficients(lattice, indices, moments_of(kernel, indices));
  return explained_shares(kernel, lattice, indices, c, wave_battery(lattice));
}

TEST(Explained, AnAdrMatrixIsExplainedByItsThreeOrders) {
  for (const auto& lattice : {closed_lattice({32}, {0.5}), closed_lattice({9, 8}, {1.0, 0.5}),
                              closed_lattice({5, 6, 4}, {1.0, 2.0, 0.5})}) {
    const auto weights = adr_matrix(lattice, [](const At& at) {
      KnownCoefficients c;
      c.R = -0.1 + 0.01 * static_cast<double>(at[2]);
      c.U = {0.1, -0.2, 0.3};
      c.D[0][0] = c.D[1][1] = c.D[2][2] = 0.05;
      c.D[1][2] = 0.02;
      return c;
    });
    const auto found = shares(lattice, weights, 4);
    EXPECT_LT(found.output[1], 0.9999);
    EXPECT_LT(found.change[1], found.output[1]) << "this kernel is near 1";
    for (const std::size_t n : {2u, 3u, 4u}) {
      EXPECT_NEAR(found.output[n], 1, 1e-12) << n;
      EXPECT_NEAR(found.change[n], 1, 1e-12) << n;
    }
  }
}

/// A constant matrix adds the values of a wave up to rounding, and the battery is made of waves.
TEST(Explained, AShareOfRoundingIsUndefined) {
  const auto ring = closed_lattice({64}, {1.0});
  const auto ones = ring_matrix(64, 1.0, [](double) { return 1.0; });
  for (const double share : shares(ring, ones, 4).output) EXPECT_TRUE(std::isnan(share)) << share;
  EXPECT_TRUE(std::isfinite(shares(ring, ones, 4).change[0]));
  const auto one = ring_matrix(64, 1.0, [](double r) { return r == 0 ? 1.0 : 0.0; });
  EXPECT_NEAR(shares(ring, one, 4).output[0], 1, 1e-12);
  EXPECT_TRUE(std::isnan(shares(ring, one, 4).change[0]));
}

TEST(Explained, AWideGaussianNeedsItsSymbolsSeries) {
  const double sigma = 1.5;
  const auto lattice = closed_lattice({64}, {1.0});
  const auto weights = ring_matrix(64, 1.0, [&](double r) {
    return std::exp(-r * r / (2 * sigma * sigma)) / (sigma * std::sqrt(2 * std::numbers::pi));
  });
  const auto found = shares(lattice, weights, 6).output;
  EXPECT_EQ(found[0], found[1]);
  EXPECT_LT(found[0], found[2]);
  EXPECT_LT(found[2], found[4]);
  EXPECT_LT(found[4], found[6]);
  EXPECT_GT(found[6], 0.99);
}

TEST(Explained, OpenEndsAreLeftOutAndShortAxesSaid) {
  Lattice open = closed_lattice({20}, {1.0});
  open.periodic = {0};
  const auto weights = adr_matrix(closed_lattice({20}, {1.0}), [](const At&) {
    KnownCoefficients c;
    c.U = {0, 0, 0.3};
    return c;
  });
  EXPECT_NEAR(shares(open, weights, 2).change[2], 1, 1e-12) << "inside, nothing wraps";
  Lattice shortest{{3}, {1.0}, {0}};
  EXPECT_TRUE(std::isnan(shares(shortest, std::vector<double>(9, 1.0), 4).output[0]));
}

TEST(Explained, SignalsOfTheUserCount) {
  // z constant: W_0 explains all of a matrix that is not diagonal.
  const auto lattice = closed_lattice({8}, {1.0});
  const auto weights = ring_matrix(8, 1.0, [](double r) { return 1 / (1 + r); });
  const KernelRows kernel{lattice, weights};
  const auto indices = moment_indices(1, 0);
  const auto c = moments_of(kernel, indices);
  EXPECT_NEAR(explained_shares(kernel, lattice, indices, c, std::vector<double>(8, 2.0)).output[0],
              1, 1e-14);
  // A matrix that does nothing has no change to explain.
  const auto none = ring_matrix(8, 1.0, [](double r) { return r == 0 ? 1.0 : 0.0; });
  EXPECT_TRUE(std::isnan(shares(lattice, none, 2).change[0]));
  EXPECT_EQ(shares(lattice, none, 2).output[0], 1);
  EXPECT_NEAR(explained_by_mass(weights, c, std::vector<double>(8, 2.0)).output[0], 1, 1e-14);
}

} // namespace
