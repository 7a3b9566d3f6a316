#include "nadir/attractor/basin.hpp"

#include "nadir/training/initial_values.hpp"

#include "support/fixed_point_maps.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

using test::bistable_level;
using test::largest_difference;
using test::ring;
using test::whole;

/// A map with the solvers that find its attractors.
struct Basins {
  Basins(const Case& case_, double amplitude = 0.0, MPI_Comm comm = MPI_COMM_WORLD)
      : c(case_), grid(comm, c.grid), coefficients(test::random_coefficients(grid, c, amplitude)),
        map(grid, c, coefficients), response(map), solver(map, response, c.attractor) {}

  Case c;
  Grid grid;
  Coefficients coefficients;
  FixedPointMap map;
  LinearResponse response;
  BasinSolver solver;
};

class EveryMethod : public testing::TestWithParam<FixedPointMethod> {};

TEST_P(EveryMethod, FindsWhereTheLayersLead) {
  Case c = test::small_case({6, 8}, {test::reflect, test::periodic}, DiffusionTensor::diagonal);
  test::train_all(c, true, false);
  c.kernel["reaction"].init = {0.6};
  c.network.relaxation = test::fixed({0.3});
  c.attractor.solver = GetParam();
  Basins b(c, 0.2);
  const VecHandle z = b.map.create(), expected = b.map.create();
  for (const double level : {0.5, -0.5}) {
    fill_noise(b.grid, 4, z);
    check_petsc(VecShift(z, level));
    check_petsc(VecCopy(z, expected));
    b.map.relax(expected, 20000);
    const FixedPointEnd end = b.solver.solve(z);
    EXPECT_TRUE(end.found);
    EXPECT_LE(end.residual, 1e-15);
    EXPECT_LT(end.iterations, 5000);
    EXPECT_LE(largest_difference(whole(b.grid, z), whole(b.grid, expected)), 1e-13);
  }
}

INSTANTIATE_TEST_SUITE_P(Solvers, EveryMethod,
                         testing::Values(FixedPointMethod::newton, FixedPointMethod::anderson,
                                         FixedPointMethod::relaxation));

/// Newton's method from here finds zero, which repels.
TEST(Basin, IsThatOfTheLayersNotOfNewtonsMethod) {
  for (const double level : {0.05, -0.05}) {
    Basins b(ring(8, "tanh", 1.0, 0.0, 0.3, 0.05));
    const VecHandle z = b.map.create();
    fill_noise(b.grid, 3, z);
    check_petsc(VecScale(z, 0.02));
    check_petsc(VecShift(z, level));
    const VecHandle newton = b.map.copy(z);
    FixedPointSolver solver(b.map, FixedPointMethod::newton, 1e-11, 200);
    ASSERT_TRUE(solver.solve(newton).found);
    EXPECT_LE(root_mean_square(newton), 1e-9);
    ASSERT_TRUE(b.solver.solve(z).found);
    for (const double value : whole(b.grid, z))
      EXPECT_NEAR(value, std::copysign(bistable_level, level), 1e-14);
  }
}

TEST(Basin, IsFoundWithTheSameBitsWhateverWasSolvedBeforeAndOnAnyRanks) {
  Case c = test::small_case({7, 6}, {test::value_of(0.4), test::periodic});
  test::train_all(c, true, false);
  const auto found = [&](Basins& b, std::uint64_t seed) {
    const VecHandle z = b.map.create();
    fill_noise(b.grid, seed, z);
    EXPECT_TRUE(b.solver.solve(z).found);
    return whole(b.grid, z);
  };
  Basins b(c, 0.1), alone(c, 0.1, MPI_COMM_SELF);
  const auto first = found(b, 1);
  found(b, 2);
  EXPECT_EQ(found(b, 1), first);
  EXPECT_EQ(found(alone, 1), first);
}

TEST(Basin, OfNoAttractorIsSaid) {
  Basins diverging(ring(5, "square", 0.0, 0.0, 0.0, 0.5));
  const VecHandle z = diverging.map.create();
  check_petsc(VecSet(z, 3.0));
  const FixedPointEnd end = diverging.solver.solve(z);
  EXPECT_TRUE(end.diverged);
  EXPECT_FALSE(end.found);
  EXPECT_GT(end.history.size(), 1u);

  // z -> -2 z: a cycle of two where omega is 1, kept within bounds by tanh.
  Case c = ring(5, "tanh", -3.0, 0.0, 0.0, 1.0);
  c.attractor.layers = 200;
  Basins cycle(c);
  const VecHandle y = cycle.map.create();
  check_petsc(VecSet(y, 0.3));
  const FixedPointEnd round = cycle.solver.solve(y);
  EXPECT_FALSE(round.found || round.diverged);
  EXPECT_EQ(round.iterations, 200);
}

} // namespace
} // namespace nadir
