#include "network/implicit_scheme.hpp"

#include "support/grids.hpp"
#include "support/relaxation.hpp"

#include <gtest/gtest.h>

#include <complex>

namespace nadir {
namespace {

using test::Relaxation;

Grid implicit_grid() { return test::grid_of({5, 23}, BoundaryKind::periodic); }

/// dz/dt = mu z is linear: 1/(1 - h) and (1 + h/2)/(1 - h/2), however stiff.
TEST(ImplicitScheme, DecaysByItsFactor) {
  const Grid grid = implicit_grid();
  for (const double theta : {1.0, 0.5})
    for (const double h : {-0.1, -10.0, -1e4}) {
      Relaxation r(grid, "identity");
      r.here = -3.0; // mu = here - 1
      r.next = 0.0;
      r.omega.fill(h / -4.0);
      r.use();
      ImplicitScheme scheme(grid, r.rate, theta, "identity");
      Field z = r.random(1, 0.0, 1.0), z_next(r.layout());
      EXPECT_EQ(scheme.step(z.data(), z_next.data()), "");
      const double factor = (1 + (1 - theta) * h) / (1 - theta * h);
      const double error = r.error(z_next, [&](std::int64_t i) {
        return factor * hashed_number(1, static_cast<std::uint64_t>(i));
      });
      EXPECT_LT(error, 1e-13 * std::max(1.0, std::abs(factor))) << theta << ' ' << h;
    }
}

/// z' = z + omega ((1 - theta) F(z) + theta F(z')), with what explicit Euler makes of z and z'.
TEST(ImplicitScheme, SolvesItsEquation) {
  const Grid grid = implicit_grid();
  for (const double theta : {1.0, 0.5})
    for (const double omega : {0.3, 20.0}) {
      Relaxation r(grid, "tanh");
      r.here = 0.6; // with next below 1: there is one solution
      r.omega.fill(omega);
      r.b = r.random(2, 0.0, 0.3);
      r.use();
      ImplicitScheme scheme(grid, r.rate, theta, "tanh");
      Field z = r.random(1, 0.0, 1.0), z_next(r.layout()), left(r.layout());
      EXPECT_EQ(scheme.step(z.data(), z_next.data()), "");
      Field from_z(r.layout()), from_next(r.layout());
      r.rate.relax(z.data(), from_z.data());         // z + omega F(z)
      r.rate.relax(z_next.data(), from_next.data()); // z' + omega F(z')
      for (std::size_t i = 0; i < r.layout().size(); ++i)
        left.data()[i] = z_next.data()[i] - z.data()[i] -
                         (1 - theta) * (from_z.data()[i] - z.data()[i]) -
                         theta * (from_next.data()[i] - z_next.data()[i]);
      EXPECT_LT(r.error(left, [](auto) { return 0.0; }), 2e-13 * (1 + omega))
          << theta << ' ' << omega;
    }
}

TEST(ImplicitScheme, TransposeGivesAllDerivatives) {
  const Grid grid = implicit_grid();
  for (const double theta : {1.0, 0.5}) {
    Relaxation r(grid, "tanh");
    ImplicitScheme scheme(grid, r.rate, theta, "tanh");
    test::expect_transposed(
        r, [&](double* z, double* z_next) { EXPECT_EQ(scheme.step(z, z_next), ""); },
        [&](double* z, double* z_next, const double* lambda_next, double* lambda) {
          EXPECT_EQ(scheme.step_transpose(z, z_next, lambda_next, lambda), "");
        });
  }
}

/// (1 + omega) z' - omega W z' = z with W = 2, omega = 1: 0 z' = z.
TEST(ImplicitScheme, AnEquationWithoutSolutionIsTold) {
  const Grid grid = implicit_grid();
  Relaxation r(grid, "identity");
  r.here = 2.0;
  r.next = 0.0;
  r.omega.fill(1.0);
  r.use();
  ImplicitScheme scheme(grid, r.rate, 1.0, "identity");
  Field z = r.random(1, 0.5, 0.1), z_next(r.layout());
  const std::string problem = scheme.step(z.data(), z_next.data());
  EXPECT_TRUE(problem.starts_with("the equation of an implicit layer was not solved")) << problem;
  EXPECT_TRUE(std::isnan(z_next.at(0, 0, 0)));
}

/// One that comes in broken has been told already.
TEST(ImplicitScheme, AStateThatIsNotFiniteIsNoFurtherProblem) {
  const Grid grid = implicit_grid();
  Relaxation r(grid, "tanh");
  r.omega.fill(0.5);
  r.use();
  ImplicitScheme scheme(grid, r.rate, 0.5, "tanh");
  Field z = r.random(1, 0.0, 1.0), z_next(r.layout());
  if (grid.rank() == 0) z.at(0, 0, 0) = std::nan("");
  EXPECT_EQ(scheme.step(z.data(), z_next.data()), "");
  EXPECT_TRUE(std::isnan(z_next.at(0, 0, 0)));
}

} // namespace
} // namespace nadir
