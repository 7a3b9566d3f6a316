#include "network/explicit_schemes.hpp"

#include "nadir/network/scheme.hpp"

#include "support/grids.hpp"
#include "support/relaxation.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using test::Relaxation;

/// z at time 2, from random numbers by so many layers.
Field marched(Relaxation& r, Scheme& scheme, int layers) {
  r.omega.fill(2.0 / layers);
  r.use();
  Field z = r.random(1, 0.0, 1.0), next(r.layout());
  for (int k = 0; k < layers; ++k) {
    EXPECT_EQ(scheme.step(z.data(), next.data()), "");
    std::swap(z, next);
  }
  return z;
}

template<class Use> void for_schemes(Relaxation& r, Use use) {
  ExplicitEuler euler(r.rate);
  RungeKutta two(r.rate, heun), four(r.rate, classical_fourth_order);
  use(euler, SchemeKind::explicit_euler, 1);
  use(two, SchemeKind::rk2, 2);
  use(four, SchemeKind::rk4, 4);
}

/// dz/dt = mu z: the first terms of exp(h).
TEST(ExplicitSchemes, AmplifyByTheirPolynomials) {
  const Grid grid = test::grid_of({4, 19}, BoundaryKind::periodic);
  Relaxation r(grid, "identity");
  r.here = -0.5;
  r.next = 0.0;
  for_schemes(r, [&](Scheme& scheme, SchemeKind kind, int) {
    const Field z = marched(r, scheme, 4);
    const double factor = std::real(amplification_factor(kind, -1.5 * 0.5));
    const double error = r.error(z, [&](std::int64_t i) {
      return std::pow(factor, 4) * hashed_number(1, static_cast<std::uint64_t>(i));
    });
    EXPECT_LT(error, 1e-15) << static_cast<int>(kind);
  });
}

/// Twice as many layers: 2^order times nearer to what very many give.
TEST(ExplicitSchemes, ConvergeInTheirOrder) {
  const Grid grid = test::grid_of({4, 19}, BoundaryKind::periodic);
  Relaxation r(grid, "tanh");
  r.b = r.random(2, 0.1, 0.3);
  RungeKutta reference(r.rate, classical_fourth_order);
  const Field exact = marched(r, reference, 400);
  for_schemes(r, [&](Scheme& scheme, SchemeKind, int order) {
    const auto distance = [&](int layers) {
      Field z = marched(r, scheme, layers);
      for (std::size_t i = 0; i < r.layout().size(); ++i) z.data()[i] -= exact.data()[i];
      return std::sqrt(r.dot(z, z));
    };
    EXPECT_NEAR(std::log2(distance(20) / distance(40)), order, 0.15);
  });
}

TEST(ExplicitSchemes, TransposesGiveAllDerivatives) {
  const Grid grid = test::grid_of({4, 19}, BoundaryKind::periodic);
  Relaxation r(grid, "tanh");
  for_schemes(r, [&](Scheme& scheme, SchemeKind, int) {
    test::expect_transposed(
        r, [&](double* z, double* z_next) { scheme.step(z, z_next); },
        [&](double* z, double* z_next, const double* lambda_next, double* lambda) {
          scheme.step_transpose(z, z_next, lambda_next, lambda);
        });
  });
}

} // namespace
} // namespace nadir
