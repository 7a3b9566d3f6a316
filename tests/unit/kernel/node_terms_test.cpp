#include "nadir/kernel/node_terms.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

using namespace std::complex_literals;
using Vector = std::array<double, max_dimension>;

/// What the terms make of exp(i k.x), as a factor, with theta_c = c + 1.
std::complex<double> factor_of(const KernelSpec& kernel, int dimension, const Vector& k) {
  std::complex<double> sum = 0;
  for (const NodeTerm& term : node_terms(kernel, dimension)) {
    std::complex<double> part = term.factor * static_cast<double>(term.coefficient + 1);
    for (std::size_t a = 0; a < k.size(); ++a)
      for (int n = 0; n < term.derivative[a]; ++n) part *= 1i * k[a];
    sum += part;
  }
  return sum;
}

/// R - i U.k - k.D k with theta = R, U (axis order), D: 1, 2, 3, ... as the tensor has them.
TEST(NodeTerms, AreReactionAdvectionAndDiffusion) {
  const Vector k{0.3, -0.7, 1.1};
  KernelSpec kernel;
  for (const auto tensor :
       {DiffusionTensor::isotropic, DiffusionTensor::diagonal, DiffusionTensor::full}) {
    test::set_tensor(kernel, tensor);
    for (int d = 1; d <= max_dimension; ++d) {
      double next = 1;
      std::complex<double> expected = next++;
      const auto first = static_cast<std::size_t>(max_dimension - d);
      for (std::size_t a = first; a < k.size(); ++a) expected -= 1i * k[a] * next++;
      for (std::size_t a = first; a < k.size(); ++a)
        for (std::size_t b = a; b < k.size(); ++b) {
          if (b > a && tensor != DiffusionTensor::full) continue;
          expected -= (a == b ? 1 : 2) * k[a] * k[b] * next;
          if (tensor != DiffusionTensor::isotropic) ++next;
        }
      EXPECT_LT(std::abs(factor_of(kernel, d, k) - expected), 1e-14) << d << " axes";
    }
  }
}

/// Of hats: mass (1, 4, 1)/6, first derivative (-1, 0, 1)/2.
TEST(ProjectedSymbol, OfTheFirstDerivativeInHats) {
  constexpr double h = 0.4;
  const GridBasis basis = grid_basis(Basis::hat, 2, 1, {1, 1, h});
  for (const double angle : {0.0, 0.5, -1.7, 3.0}) {
    const auto expected = 3i * std::sin(angle) / (h * (2 + std::cos(angle)));
    EXPECT_LT(std::abs(projected_symbol(basis, {0, 0, 1}, {0, 0, angle}) - expected), 1e-14);
  }
}

/// Of cubic splines: mass (1, 120, 1191, 2416, ...)/5040, second derivative
/// (1, 24, 15, -80, ...)/120.
TEST(ProjectedSymbol, OfTheSecondDerivativeInCubicSplines) {
  constexpr double h = 0.4;
  const GridBasis basis = grid_basis(Basis::cubic_spline, 4, 2, {1, h, 1});
  for (const double angle : {0.0, 0.5, -1.7, 3.0}) {
    const double c1 = std::cos(angle), c2 = std::cos(2 * angle), c3 = std::cos(3 * angle);
    const double mass = (2416 + 2382 * c1 + 240 * c2 + 2 * c3) / 5040;
    const double second = (-80 + 30 * c1 + 48 * c2 + 2 * c3) / 120 / (h * h);
    EXPECT_LT(std::abs(projected_symbol(basis, {0, 2, 0}, {0, angle, 0.3}) - second / mass),
              1e-12 * (1 + std::abs(second / mass)));
  }
}

TEST(ProjectedSymbol, IsTheProductOverTheAxes) {
  const GridBasis basis = grid_basis(Basis::cubic_spline, 4, 3, {0.5, 1.5, 0.8});
  const Vector angle{0.4, -0.9, 1.3};
  EXPECT_LT(std::abs(projected_symbol(basis, {0, 0, 0}, angle) - 1.0), 1e-15);
  const auto along = [&](const MultiIndex& k) { return projected_symbol(basis, k, angle); };
  EXPECT_LT(std::abs(along({1, 0, 2}) - along({1, 0, 0}) * along({0, 0, 2})), 1e-14);
}

} // namespace
} // namespace nadir
