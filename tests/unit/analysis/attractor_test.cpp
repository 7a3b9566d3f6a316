#include "nadir/analysis/attractor.hpp"

#include "nadir/base/error.hpp"

#include "support/searched.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

using test::bistable_level;
using test::Dense;
using test::dense;
using test::direct_solve;
using test::largest_difference;
using test::ring;
using test::Searched;
using test::uniform_inputs;
using test::varying_case;
using test::varying_coefficients;
using test::whole;

// ---- Fixed points with known answers ------------------------------------------------------------

class EverySolver : public testing::TestWithParam<FixedPointMethod> {};

TEST_P(EverySolver, FindsBothAttractorsOfABistableRing) {
  Case c = ring(8, "tanh", 1.0, 0.0, 2.0, 0.3);
  c.attractor.solver = GetParam();
  const Searched s(c, {0.3, -0.2, 0.1});
  ASSERT_GE(s.found.points.size(), 3u); // zero too
  EXPECT_EQ(s.found.starts, 16);
  EXPECT_EQ(s.found.diverged + s.found.unsettled, 0);
  const double slope = 1 - bistable_level * bistable_level;
  double sum = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    const FixedPoint& p = s.found.points[k];
    const auto z = whole(s.grid, p.state);
    const double level = z[0] > 0 ? bistable_level : -bistable_level;
    for (const double value : z) EXPECT_NEAR(value, level, 1e-10);
    sum += level;
    EXPECT_GT(p.starts, 2);
    EXPECT_EQ(p.spectrum.fate(), StabilityClass::stable);
    EXPECT_NEAR(p.spectrum.radius, 1 - 0.3 * (1 - 2 * slope), 1e-9);
    EXPECT_LE(p.residual, 1e-11);
  }
  EXPECT_EQ(sum, 0.0); // one of each
  EXPECT_EQ(s.found.points[0].starts + s.found.points[1].starts, 15);
  const FixedPoint& zero = s.found.points[2];
  EXPECT_LE(root_mean_square(zero.state), 1e-9);
  EXPECT_EQ(zero.starts, 1); // that lies on it
  EXPECT_EQ(zero.spectrum.fate(), StabilityClass::unstable);
  EXPECT_NEAR(zero.spectrum.radius, 1.3, 1e-9);
  // The inputs go where their sign says.
  const auto level_of = [&](std::size_t sample) {
    return whole(s.grid,
                 s.found.points[static_cast<std::size_t>(s.found.reached[sample])].state)[0];
  };
  EXPECT_GT(level_of(0), 0.9);
  EXPECT_LT(level_of(1), -0.9);
  EXPECT_GT(level_of(2), 0.9);
}

INSTANTIATE_TEST_SUITE_P(Solvers, EverySolver,
                         testing::Values(FixedPointMethod::newton, FixedPointMethod::anderson,
                                         FixedPointMethod::relaxation));

struct Pointwise {
  Activation f;
  double stable, unstable;
};

class PointwiseOde : public testing::TestWithParam<Pointwise> {};

/// W = I, f = z^2 decays to 0 from below 1, f = 2 z - z^2 grows to 1; f' is 0 there and 2 at the
/// other.
TEST_P(PointwiseOde, HasItsStableAndItsUnstablePoint) {
  Case c = ring(6, GetParam().f, 0.0, 0.0, 0.0, 0.4);
  c.attractor.starts = 0;
  const Searched s(c, {0.2, 0.9, GetParam().unstable});
  ASSERT_EQ(s.found.points.size(), 2u);
  const FixedPoint &first = s.found.points[0], &second = s.found.points[1];
  for (const double value : whole(s.grid, first.state))
    EXPECT_NEAR(value, GetParam().stable, 1e-10);
  for (const double value : whole(s.grid, second.state))
    EXPECT_NEAR(value, GetParam().unstable, 1e-10);
  EXPECT_EQ(first.spectrum.fate(), StabilityClass::stable);
  EXPECT_NEAR(first.spectrum.radius, 0.6, 1e-9);
  EXPECT_EQ(second.spectrum.fate(), StabilityClass::unstable);
  EXPECT_NEAR(second.spectrum.radius, 1.4, 1e-9);
  EXPECT_EQ(s.found.reached, (std::vector<std::int64_t>{0, 0, 1}));
}

INSTANTIATE_TEST_SUITE_P(Logistic, PointwiseOde,
                         testing::Values(Pointwise{"square", 0.0, 1.0},
                                         Pointwise{"logistic", 1.0, 0.0}));

/// softplus(z + 1) is above z everywhere.
TEST(Attractor, OfNothingIsAnErrorThatSaysWhatToTry) {
  Case c = ring(5, "softplus", 0.0, 0.0, 0.0, 0.5);
  c.network.bias = test::fixed({-1.0});
  c.attractor.layers = 100;
  c.attractor.starts = 2;
  try {
    const Searched s(c, {0.5});
    FAIL() << "found " << s.found.points.size();
  } catch (const NumericsError& error) {
    const std::string text = error.what();
    for (const char* word :
         {"no fixed point", "4 starts", "closest: ", "Try more attractor.starts"})
      EXPECT_NE(text.find(word), std::string::npos) << text;
  }
}

TEST(Attractor, TellsStartsThatDiverge) {
  Case c = ring(5, "square", 0.0, 0.0, 0.0, 0.5);
  c.attractor.starts = 0;
  const Searched s(c, {0.5, 3.0});
  EXPECT_EQ(s.found.diverged, 1);
  EXPECT_EQ(s.found.reached, (std::vector<std::int64_t>{0, -1}));
}

/// The same bits alone and on all ranks.
TEST(Attractor, DoesNotDependOnTheRanks) {
  for (const Activation f : {"tanh", "identity"}) {
    Case c = test::small_case({6, 9}, {test::reflect, test::periodic});
    c.network.activation = f;
    c.network.bias = test::fixed({0.2});
    c.kernel["reaction"] = test::fixed({f == "tanh" ? 0.6 : -0.2});
    c.attractor.green = {{2, 5}};
    const std::vector<double> levels{0.3, -0.5};
    Searched all(c, levels), alone(c, levels, MPI_COMM_SELF);
    ASSERT_EQ(all.found.points.size(), alone.found.points.size());
    for (std::size_t k = 0; k < all.found.points.size(); ++k) {
      const FixedPoint &p = all.found.points[k], &q = alone.found.points[k];
      EXPECT_EQ(whole(all.grid, p.state), whole(alone.grid, q.state));
      EXPECT_EQ(p.starts, q.starts);
      EXPECT_EQ(p.spectrum.eigenvalues, q.spectrum.eigenvalues);
      EXPECT_EQ(whole(all.grid, all.search.green(p, {2, 5})),
                whole(alone.grid, alone.search.green(q, {2, 5})));
    }
  }
}

// ---- f = identity -------------------------------------------------------------------------------

class LinearAttractor : public testing::TestWithParam<std::size_t> {};

TEST_P(LinearAttractor, IsWhatADirectSolverFinds) {
  Case c = varying_case(test::boundary_choices(2)[GetParam()], -0.3);
  c.attractor.green = {{2, 3}, {0, 7}};
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = varying_coefficients(grid, c);
  const Observations observations = uniform_inputs(grid, {0.5});
  FixedPointMap map(grid, c, coefficients);
  AttractorSearch search(map, c.attractor, observations);
  const Attractors found = search.run([](const std::string&) {});
  ASSERT_EQ(found.points.size(), 1u);
  EXPECT_TRUE(found.linear);
  EXPECT_EQ(found.neutral, 0);
  const FixedPoint& p = found.points[0];
  EXPECT_EQ(p.spectrum.fate(), StabilityClass::stable);
  EXPECT_LE(p.residual, 1e-14);

  const VecHandle zero = map.create(), right = map.create();
  map.equilibrium(zero, right); // g - b
  map.linearise(zero);
  const Dense A = dense(map, map.residual_jacobian());
  EXPECT_LE(largest_difference(whole(grid, p.state), direct_solve(A, whole(grid, right))), 1e-12);
  for (const auto& at : c.attractor.green) {
    std::vector<double> unit(A.size(), 0.0);
    unit[static_cast<std::size_t>(at[0] * 8 + at[1])] = -1.0; // (W - I) G = 1
    EXPECT_LE(largest_difference(whole(grid, search.green(p, at)), direct_solve(A, unit)), 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(Boundaries, LinearAttractor,
                         testing::Range(std::size_t{0}, std::size_t{4}));

/// R = 0 between two held ends: D z'' = b has a parabola as its discrete solution too.
TEST(LinearAttractorIn1D, IsAParabolaBetweenHeldEnds) {
  Case c = ring(20, "identity", 0.0, 0.0, 0.4, 0.5);
  c.grid.boundary = {test::value_of(1.5)};
  c.network.bias = test::fixed({0.02});
  const Searched s(c, {0.0});
  ASSERT_EQ(s.found.points.size(), 1u);
  const auto z = whole(s.grid, s.found.points[0].state);
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double x = static_cast<double>(i) + 1.0; // from the held ghost, 21 to the other
    EXPECT_NEAR(z[i], 1.5 + 0.02 / (2 * 0.4) * x * (x - 21.0), 1e-11);
  }
  const double radius = 1 - 0.5 * 0.4 * (2 - 2 * std::cos(M_PI / 21));
  EXPECT_NEAR(s.found.points[0].spectrum.radius, radius, 1e-9);
}

/// R = 0 on closed boundaries: the constant stays, weighted by the left null vector, which is not
/// constant where the coefficients vary.
TEST(SingularOperator, KeepsWhatItsLeftNullVectorMeasures) {
  const Case c = varying_case({test::reflect, test::periodic}, 0.0);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = varying_coefficients(grid, c);
  FixedPointMap map(grid, c, coefficients);
  map.linearise(map.create());
  LinearResponse response(map);
  const NullSpace& null = response.find_null_space();
  ASSERT_EQ(null.right.size(), 1u);
  const VecHandle image = map.create();
  check_petsc(MatMultTranspose(map.residual_jacobian(), null.left[0], image));
  EXPECT_LE(root_mean_square(image), 1e-13);
  const auto psi = whole(grid, null.left[0]);
  EXPECT_GT(largest_difference(psi, std::vector<double>(psi.size(), psi[0])), 1e-3);

  // Any b has a part along it; without that part there is an attractor, and it is reached.
  const Observations observations = uniform_inputs(grid, {0.5, -1.0});
  AttractorSearch search(map, c.attractor, observations);
  const auto quiet = [](const std::string&) {};
  EXPECT_THROW(search.run(quiet), NumericsError);
  double part = 0, of_one = 0;
  ParameterValues& b = coefficients["bias"];
  const Layout& layout = b.layout();
  const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t i) {
    part += psi[at(i)] * b.block(0)[layout.index(z, y, x)];
    of_one += psi[at(i)];
  });
  std::array sums{part, of_one};
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), 2, MPI_DOUBLE, MPI_SUM, grid.comm());
  test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t) {
    b.block(0)[layout.index(z, y, x)] -= sums[0] / sums[1];
  });
  coefficients.fill_ghosts();
  map.use(coefficients);
  const Attractors found = search.run(quiet);
  ASSERT_EQ(found.points.size(), 2u); // one for each input
  EXPECT_EQ(found.neutral, 1);
  for (std::size_t s = 0; s < 2; ++s) {
    const FixedPoint& p = found.points[static_cast<std::size_t>(found.reached[s])];
    EXPECT_EQ(p.spectrum.fate(), StabilityClass::stable); // apart from the neutral direction
    EXPECT_NEAR(std::abs(p.spectrum.eigenvalues[0]), 1.0, 1e-12);
    EXPECT_LE(p.residual, 1e-13);
    const VecHandle z = map.create();
    check_petsc(VecSet(z, s == 0 ? 0.5 : -1.0));
    map.relax(z, 4000);
    EXPECT_LE(largest_difference(whole(grid, z), whole(grid, p.state)), 1e-10);
  }
}

TEST(SingularOperator, LeavesEverythingWhereItIsWhenWIsOne) {
  Case c = ring(7, "identity", 0.0, 0.0, 0.0, 0.5);
  const Searched s(c, {0.25, -3.0});
  ASSERT_EQ(s.found.points.size(), 2u);
  EXPECT_EQ(s.found.neutral, 7);
  EXPECT_EQ(whole(s.grid, s.found.points[1].state), std::vector<double>(7, -3.0));
  c.network.bias = test::fixed({0.1});
  EXPECT_THROW(Searched(c, {0.25}), NumericsError);
}

} // namespace
} // namespace nadir
