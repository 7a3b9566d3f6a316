#include "nadir/attractor/fixed_point.hpp"

#include "support/fixed_point_maps.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

/// A ring of uniform coefficients and its map.
struct UniformRing {
  UniformRing(const char* activation, double R, double b, double omega)
      : c(test::ring(12, activation, R, 0.0, 0.1, omega)), grid(MPI_COMM_WORLD, c.grid),
        coefficients((c.network.bias = test::fixed({b}), test::random_coefficients(grid, c, 0.0))),
        map(grid, c, coefficients), z(map.create()) {}
  /// The largest |z_i - level|.
  double error(double level) const {
    double most = 0;
    for (const double value : test::whole(grid, z)) most = std::max(most, std::abs(value - level));
    return most;
  }

  Case c;
  Grid grid;
  Coefficients coefficients;
  FixedPointMap map;
  VecHandle z;
};

constexpr std::array searches{FixedPointMethod::newton, FixedPointMethod::anderson};

/// z = (1 + R) z - b at every point: b/R, for Newton's method in one step.
TEST(FixedPointSolver, SolvesALinearMap) {
  for (const auto method : searches) {
    UniformRing ring("identity", -0.5, 0.2, 1.0);
    FixedPointSolver solver(ring.map, method, 1e-14, 100);
    fill_noise(ring.grid, 3, ring.z);
    const FixedPointEnd end = solver.solve(ring.z);
    EXPECT_TRUE(end.found);
    EXPECT_FALSE(end.diverged);
    EXPECT_LE(end.residual, 1e-14);
    EXPECT_LT(ring.error(-0.4), 1e-12);
    EXPECT_LT(end.history.back(), end.history.front());
    if (method == FixedPointMethod::newton) {
      EXPECT_LE(end.iterations, 8); // Eisenstat and Walker solve the first ones loosely
    }
  }
}

/// z = tanh(2 z): from above 0 the one above it, from 0 itself nothing is better.
TEST(FixedPointSolver, FindsTheOneNextToItsStart) {
  for (const auto method : searches) {
    UniformRing ring("tanh", 1.0, 0.0, 0.5);
    FixedPointSolver solver(ring.map, method, 1e-14, 100);
    for (const double sign : {1.0, -1.0}) {
      check_petsc(VecSet(ring.z, sign * 0.9));
      EXPECT_TRUE(solver.solve(ring.z).found);
      EXPECT_LT(ring.error(sign * test::bistable_level), 1e-13);
    }
    check_petsc(VecSet(ring.z, 0.0));
    const FixedPointEnd none = solver.solve(ring.z);
    EXPECT_TRUE(none.found);
    EXPECT_EQ(none.iterations, 0);
  }
}

TEST(FixedPointSolver, GivesUpAfterItsIterations) {
  UniformRing ring("tanh", 1.0, 0.0, 0.5);
  FixedPointSolver solver(ring.map, FixedPointMethod::anderson, 1e-15, 2);
  check_petsc(VecSet(ring.z, 0.3));
  const FixedPointEnd end = solver.solve(ring.z);
  EXPECT_FALSE(end.found);
  EXPECT_FALSE(end.diverged);
  EXPECT_EQ(end.iterations, 2);
}

/// One layer halves the distance to -0.4: R = -0.5, omega = 1.
TEST(RelaxToRest, GoesAsFarAsItMay) {
  UniformRing ring("identity", -0.5, 0.2, 1.0);
  check_petsc(VecSet(ring.z, 0.6));
  const FixedPointEnd some = relax_to_rest(ring.map, ring.z, 1e-14, 3);
  EXPECT_FALSE(some.found);
  EXPECT_EQ(some.iterations, 3);
  EXPECT_LT(ring.error(-0.4 + 1.0 / 8), 1e-15);
  const FixedPointEnd rest = relax_to_rest(ring.map, ring.z, 1e-14, 1000);
  EXPECT_TRUE(rest.found);
  EXPECT_LT(rest.iterations, 1000);
  EXPECT_LT(ring.error(-0.4), 1e-13);
}

/// Three times as large with each layer, until it is no number.
TEST(RelaxToRest, SaysWhenAStateDiverges) {
  UniformRing ring("identity", 2.0, 0.0, 1.0);
  check_petsc(VecSet(ring.z, 1.0));
  const FixedPointEnd end = relax_to_rest(ring.map, ring.z, 1e-14, 5000);
  EXPECT_TRUE(end.diverged);
  EXPECT_FALSE(end.found);
  EXPECT_LT(end.iterations, 1500);
}

TEST(FixedPoint, ResidualsAreMeasuredRelativeToLargeStates) {
  UniformRing ring("identity", -0.5, 0.0, 1.0);
  check_petsc(VecSet(ring.z, 0.1));
  EXPECT_TRUE(is_fixed(1e-8, ring.z, 1e-8));
  EXPECT_FALSE(is_fixed(2e-8, ring.z, 1e-8));
  check_petsc(VecSet(ring.z, 100.0));
  EXPECT_TRUE(is_fixed(1e-6, ring.z, 1e-8));
  EXPECT_FALSE(is_fixed(std::nan(""), ring.z, 1e-8));
}

TEST(FixedPoint, TenResidualsOnTheWayAreShown) {
  EXPECT_EQ(residuals_text({}), "");
  EXPECT_EQ(residuals_text({0.32, 4.5e-3}), " 3.2e-01 4.5e-03");
  std::vector<double> many;
  for (int k = 0; k < 25; ++k) many.push_back(std::pow(10.0, -k));
  EXPECT_EQ(residuals_text(many),
            " 1.0e+00 1.0e-03 1.0e-06 1.0e-09 1.0e-12 1.0e-15 1.0e-18 1.0e-21 "
            "1.0e-24, at last 1.0e-24");
}

} // namespace
} // namespace nadir
