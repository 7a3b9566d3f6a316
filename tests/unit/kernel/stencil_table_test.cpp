#include "nadir/kernel/stencil_table.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nadir {
namespace {

const std::array<double, 3> spacings{0.5, 1.25, 0.8};

double factorial(int n) { return n < 2 ? 1.0 : n * factorial(n - 1); }

/// sum over a difference of weight times the monomial q^k.
double on_monomial(const Stencil& difference, const MultiIndex& k) {
  double sum = 0;
  for (const StencilEntry& neighbour : difference) {
    double term = neighbour.weight;
    for (std::size_t a = 0; a < k.size(); ++a)
      term *= std::pow(neighbour.offset[a] * spacings[a], k[a]);
    sum += term;
  }
  return sum;
}

TEST(StencilTable, AreExactUpToTheirOrderAndOneMore) {
  for (const auto& k : multi_indices(3, 0, 5)) {
    const Stencil difference = central_difference(k, spacings);
    for (const auto& monomial : multi_indices(3, 0, total_order(k) + 1)) {
      double expected = 0, size = 0;
      if (monomial == k) expected = factorial(k[0]) * factorial(k[1]) * factorial(k[2]);
      for (const StencilEntry& n : difference) size += std::abs(on_monomial({n}, monomial));
      EXPECT_NEAR(on_monomial(difference, monomial), expected, 1e-15 * (size + expected) * 8);
    }
  }
}

/// The aliases of theory, section 4: W_3/6 = c_3 + Delta^2 c_1/6, W_4/24 = c_4 + Delta^2 c_2/12.
TEST(StencilTable, HigherMomentsHaveAliases) {
  KernelSpec kernel{"moment"};
  kernel.set_option("order", 4);
  const StencilTable table = stencil_table_of(kernel, 1, spacings);
  const std::vector<double> theta{0.1, 0.3, 0.2, 0.05, -0.04}; // R, U, D, c_3, c_4
  ASSERT_EQ(table.terms.size(), theta.size());
  EXPECT_EQ(table.radius, 2);
  const auto moment = [&](int k) {
    double sum = k == 0 ? 1.0 : 0.0;
    for (std::size_t c = 0; c < theta.size(); ++c)
      sum += theta[c] * on_monomial(table.terms[c], {0, 0, k});
    return sum;
  };
  const double square = spacings[2] * spacings[2];
  EXPECT_NEAR(moment(0), 1.1, 1e-14);
  EXPECT_NEAR(moment(1), -0.3, 1e-14);
  EXPECT_NEAR(moment(2), 0.4, 1e-14);
  EXPECT_NEAR(moment(3) / 6, 0.05 + square * -0.3 / 6, 1e-14);
  EXPECT_NEAR(moment(4) / 24, -0.04 + square * 0.2 / 12, 1e-14);
}

KernelSpec named(const std::string& type, std::int64_t size) {
  KernelSpec kernel({type});
  test::set_tensor(kernel, DiffusionTensor::full);
  kernel.set_option(type == "stencil" ? "radius" : "order", size);
  return kernel;
}

TEST(Symbol, OfConstantCoefficients) {
  const KernelSpec kernel = named("moment", 4);
  const StencilTable table = stencil_table_of(kernel, 1, {1, 1, 0.5});
  const std::vector<double> theta{0.1, 0.3, 0.2, 0.05, -0.04};
  const double angle = 0.7, h = 0.5;
  const double even = 2 * (1 - std::cos(angle)) / (h * h); // of -d^2
  const double odd = std::sin(angle) / h;                  // of d / i
  const std::complex<double> expected(1.1 - 0.2 * even - 0.04 * even * even,
                                      -0.3 * odd - 0.05 * odd * even);
  const auto found = symbol(table, theta, {0, 0, angle});
  EXPECT_NEAR(std::abs(found - expected), 0.0, 1e-14);
}

} // namespace
} // namespace nadir
