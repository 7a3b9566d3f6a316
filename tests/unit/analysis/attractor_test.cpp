#include "nadir/analysis/attractor.hpp"

#include "nadir/analysis/relaxation_history.hpp"
#include "nadir/analysis/starts.hpp"
#include "nadir/base/error.hpp"
#include "nadir/training/initial_values.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace nadir {
namespace {

/// z = tanh(2 z) above zero.
constexpr double bistable_level = 0.95750402407726869;

/// A ring with f and constant coefficients.
Case ring(std::int64_t n, ActivationKind f, double R, double U, double D, double omega) {
  Case c = test::small_case({n}, {test::periodic});
  c.network.activation = f;
  c.network.relaxation = test::fixed({omega});
  c.network.bias = test::fixed({0.0});
  c.kernel.reaction = test::fixed({R});
  c.kernel.advection = test::fixed({U});
  c.kernel.diffusion = test::fixed({D});
  c.data.targets.clear();
  return c;
}

/// Samples of uniform states.
Observations uniform_inputs(const Grid& grid, const std::vector<double>& levels) {
  Observations o;
  o.samples = static_cast<std::int64_t>(levels.size());
  o.points = grid.owned().points();
  for (const double level : levels)
    o.input.insert(o.input.end(), static_cast<std::size_t>(o.points), level);
  return o;
}

/// A case with everything its search needs.
struct Searched {
  Searched(const Case& case_, const std::vector<double>& levels, MPI_Comm comm = MPI_COMM_WORLD)
      : c(case_), grid(comm, c.grid), coefficients(initial_coefficients(grid, c)),
        observations(uniform_inputs(grid, levels)), map(grid, c, coefficients),
        search(map, observations), found(search.run([](const std::string&) {})) {}

  Case c;
  Grid grid;
  Coefficients coefficients;
  Observations observations;
  LayerMap map;
  AttractorSearch search;
  Attractors found;
};

/// All values of a vector, by global index, on every rank.
std::vector<double> whole(const Grid& grid, Vec v) {
  std::vector<double> values(static_cast<std::size_t>(grid.points()));
  const VecRead local(v);
  PetscInt packed = 0;
  test::for_points(grid, [&](auto, auto, auto, std::int64_t index) {
    values[static_cast<std::size_t>(index)] = local[packed++];
  });
  MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM,
                grid.comm());
  return values;
}

VecHandle unit_vector(const LayerMap& map, std::int64_t index) {
  VecHandle v = map.create();
  VecWrite values(v);
  PetscInt packed = 0;
  test::for_points(map.grid(), [&](auto, auto, auto, std::int64_t i) {
    values[packed++] = i == index ? 1.0 : 0.0;
  });
  return v;
}

using Dense = std::vector<std::vector<double>>;

/// A matrix from its products with unit vectors.
Dense dense(LayerMap& map, Mat matrix) {
  const auto n = static_cast<std::size_t>(map.points());
  Dense rows(n, std::vector<double>(n));
  const VecHandle column = map.create();
  for (std::size_t j = 0; j < n; ++j) {
    check_petsc(MatMult(matrix, unit_vector(map, static_cast<std::int64_t>(j)), column));
    const auto values = whole(map.grid(), column);
    for (std::size_t i = 0; i < n; ++i) rows[i][j] = values[i];
  }
  return rows;
}

/// Gauss elimination with pivots.
std::vector<double> direct_solve(Dense A, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i; r < n; ++r)
      if (std::abs(A[r][i]) > std::abs(A[pivot][i])) pivot = r;
    std::swap(A[i], A[pivot]);
    std::swap(b[i], b[pivot]);
    for (std::size_t r = i + 1; r < n; ++r) {
      const double factor = A[r][i] / A[i][i];
      for (std::size_t j = i; j < n; ++j) A[r][j] -= factor * A[i][j];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = i + 1; j < n; ++j) b[i] -= A[i][j] * b[j];
    b[i] /= A[i][i];
  }
  return b;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

// ---- The map and its linearisation --------------------------------------------------------------

/// Every family with every boundary: twelve of them.
Case family_case(std::size_t number) {
  const auto boundary = test::boundary_choices(2)[number % 4];
  if (number < 4) return test::small_case({7, 6}, boundary, DiffusionTensor::full);
  if (number < 8) return test::moment_case({7, 6}, boundary, 4);
  return test::stencil_case({7, 6}, boundary, 2);
}

class LayerMapTest : public testing::TestWithParam<std::size_t> {};

TEST_P(LayerMapTest, IsTheLayerAndItsExactLinearisation) {
  Case c = family_case(GetParam());
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid, kernel_radius(c.kernel));
  Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
  LayerMap map(grid, c, coefficients);
  const VecHandle z = map.create(), v = map.create(), w = map.create(), Jv = map.create(),
                  Jw = map.create(), F = map.create();
  fill_noise(grid, 5, z);
  fill_noise(grid, 6, v);
  fill_noise(grid, 7, w);

  // One layer is z - omega F.
  const VecHandle next = map.copy(z), expected = map.create();
  map.relax(next, 1);
  map.residual(z, F);
  check_petsc(VecPointwiseMult(expected, map.omega(), F));
  check_petsc(VecAYPX(expected, -1.0, z));
  EXPECT_LE(largest_difference(whole(grid, next), whole(grid, expected)), 1e-15);

  // The transposes, and central differences.
  map.linearise(z);
  for (const MatHandle& matrix : {map.residual_jacobian(), map.layer_jacobian()}) {
    check_petsc(MatMult(matrix, v, Jv));
    check_petsc(MatMultTranspose(matrix, w, Jw));
    PetscScalar left = 0, right = 0;
    check_petsc(VecDot(Jv, w, &left));
    check_petsc(VecDot(v, Jw, &right));
    EXPECT_NEAR(left, right, 1e-13);
  }
  const double h = 1e-5;
  const VecHandle plus = map.copy(z), minus = map.copy(z);
  check_petsc(VecAXPY(plus, h, v));
  check_petsc(VecAXPY(minus, -h, v));
  map.relax(plus, 1);
  map.relax(minus, 1);
  check_petsc(VecAXPY(plus, -1.0, minus));
  check_petsc(VecScale(plus, 0.5 / h));
  check_petsc(MatMult(map.layer_jacobian(), v, Jv));
  EXPECT_LE(largest_difference(whole(grid, plus), whole(grid, Jv)), 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Families, LayerMapTest, testing::Range(std::size_t{0}, std::size_t{12}));

TEST(RandomStarts, HaveTheirAmplitudeAndWavelengths) {
  const Case c = test::small_case({24, 32}, {test::periodic, test::periodic});
  const Grid grid(MPI_COMM_WORLD, c.grid), alone(MPI_COMM_SELF, c.grid);
  Coefficients one = initial_coefficients(grid, c), other = initial_coefficients(alone, c);
  const LayerMap map(grid, c, one), same(alone, c, other);
  const VecHandle z = map.create(), z_alone = same.create();
  for (std::int64_t k = 0; k < 8; ++k) {
    fill_random_start(grid, 3, k, 0.7, z);
    fill_random_start(alone, 3, k, 0.7, z_alone);
    EXPECT_EQ(whole(grid, z), whole(alone, z_alone)) << k;
    EXPECT_NEAR(root_mean_square(z), 0.7, 0.5) << k;
  }
}

// ---- Fixed points with known answers ------------------------------------------------------------

class EverySolver : public testing::TestWithParam<FixedPointMethod> {};

TEST_P(EverySolver, FindsBothAttractorsOfABistableRing) {
  Case c = ring(8, ActivationKind::tanh, 1.0, 0.0, 2.0, 0.3);
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
    EXPECT_EQ(p.spectrum.fate(), Fate::stable);
    EXPECT_NEAR(p.spectrum.radius, 1 - 0.3 * (1 - 2 * slope), 1e-9);
    EXPECT_LE(p.residual, 1e-11);
  }
  EXPECT_EQ(sum, 0.0); // one of each
  EXPECT_EQ(s.found.points[0].starts + s.found.points[1].starts, 15);
  const FixedPoint& zero = s.found.points[2];
  EXPECT_LE(root_mean_square(zero.state), 1e-9);
  EXPECT_EQ(zero.starts, 1); // that lies on it
  EXPECT_EQ(zero.spectrum.fate(), Fate::unstable);
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
  ActivationKind f;
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
  EXPECT_EQ(first.spectrum.fate(), Fate::stable);
  EXPECT_NEAR(first.spectrum.radius, 0.6, 1e-9);
  EXPECT_EQ(second.spectrum.fate(), Fate::unstable);
  EXPECT_NEAR(second.spectrum.radius, 1.4, 1e-9);
  EXPECT_EQ(s.found.reached, (std::vector<std::int64_t>{0, 0, 1}));
}

INSTANTIATE_TEST_SUITE_P(Logistic, PointwiseOde,
                         testing::Values(Pointwise{ActivationKind::square, 0.0, 1.0},
                                         Pointwise{ActivationKind::logistic, 1.0, 0.0}));

/// softplus(z + 1) is above z everywhere.
TEST(Attractor, OfNothingIsAnErrorThatSaysWhatToTry) {
  Case c = ring(5, ActivationKind::softplus, 0.0, 0.0, 0.0, 0.5);
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
  Case c = ring(5, ActivationKind::square, 0.0, 0.0, 0.0, 0.5);
  c.attractor.starts = 0;
  const Searched s(c, {0.5, 3.0});
  EXPECT_EQ(s.found.diverged, 1);
  EXPECT_EQ(s.found.reached, (std::vector<std::int64_t>{0, -1}));
}

/// The same bits alone and on all ranks.
TEST(Attractor, DoesNotDependOnTheRanks) {
  for (const auto f : {ActivationKind::tanh, ActivationKind::identity}) {
    Case c = test::small_case({6, 9}, {test::reflect, test::periodic});
    c.network.activation = f;
    c.network.bias = test::fixed({0.2});
    c.kernel.reaction = test::fixed({f == ActivationKind::tanh ? 0.6 : -0.2});
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

/// A case whose coefficients vary in space, but R.
Case varying_case(const std::vector<BoundaryCase>& boundary, double R) {
  Case c = test::small_case({6, 8}, boundary, DiffusionTensor::diagonal);
  c.network.activation = ActivationKind::identity;
  c.kernel.reaction = test::fixed({R});
  c.data.targets.clear();
  for (const auto p :
       {Parameter::advection, Parameter::diffusion, Parameter::bias, Parameter::relaxation})
    test::spec_of(c, p) = test::trained(case_of(c, p).init, true, false);
  return c;
}

/// Its coefficients, with parts at random.
Coefficients varying_coefficients(const Grid& grid, const Case& c) {
  Coefficients coefficients = test::random_coefficients(grid, c, 0.04);
  *coefficients[Parameter::reaction].block(0) = c.kernel.reaction.init[0];
  return coefficients;
}

class LinearAttractor : public testing::TestWithParam<std::size_t> {};

TEST_P(LinearAttractor, IsWhatADirectSolverFinds) {
  Case c = varying_case(test::boundary_choices(2)[GetParam()], -0.3);
  c.attractor.green = {{2, 3}, {0, 7}};
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = varying_coefficients(grid, c);
  const Observations observations = uniform_inputs(grid, {0.5});
  LayerMap map(grid, c, coefficients);
  AttractorSearch search(map, observations);
  const Attractors found = search.run([](const std::string&) {});
  ASSERT_EQ(found.points.size(), 1u);
  EXPECT_TRUE(found.linear);
  EXPECT_EQ(found.neutral, 0);
  const FixedPoint& p = found.points[0];
  EXPECT_EQ(p.spectrum.fate(), Fate::stable);
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
  Case c = ring(20, ActivationKind::identity, 0.0, 0.0, 0.4, 0.5);
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
  LayerMap map(grid, c, coefficients);
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
  AttractorSearch search(map, observations);
  const auto quiet = [](const std::string&) {};
  EXPECT_THROW(search.run(quiet), NumericsError);
  double part = 0, of_one = 0;
  ParameterValues& b = coefficients[Parameter::bias];
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
  map.read_coefficients();
  const Attractors found = search.run(quiet);
  ASSERT_EQ(found.points.size(), 2u); // one for each input
  EXPECT_EQ(found.neutral, 1);
  for (std::size_t s = 0; s < 2; ++s) {
    const FixedPoint& p = found.points[static_cast<std::size_t>(found.reached[s])];
    EXPECT_EQ(p.spectrum.fate(), Fate::stable); // apart from the neutral direction
    EXPECT_NEAR(std::abs(p.spectrum.eigenvalues[0]), 1.0, 1e-12);
    EXPECT_LE(p.residual, 1e-13);
    const VecHandle z = map.create();
    check_petsc(VecSet(z, s == 0 ? 0.5 : -1.0));
    map.relax(z, 4000);
    EXPECT_LE(largest_difference(whole(grid, z), whole(grid, p.state)), 1e-10);
  }
}

/// D = 0 on an even periodic axis: the checkerboard is a null vector too, on an odd one not.
TEST(SingularOperator, HasCheckerboardsWithoutDiffusion) {
  for (const std::int64_t n : {8, 9}) {
    const Case c = ring(n, ActivationKind::identity, 0.0, 0.3, 0.0, 0.5);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    Coefficients coefficients = initial_coefficients(grid, c);
    LayerMap map(grid, c, coefficients);
    map.linearise(map.create());
    LinearResponse response(map);
    EXPECT_EQ(response.find_null_space().right.size(), n % 2 == 0 ? 2u : 1u);
    for (const VecHandle& psi : response.null_space().left) {
      const VecHandle image = map.create();
      check_petsc(MatMultTranspose(map.residual_jacobian(), psi, image));
      EXPECT_LE(root_mean_square(image), 1e-13);
    }
  }
}

TEST(SingularOperator, LeavesEverythingWhereItIsWhenWIsOne) {
  Case c = ring(7, ActivationKind::identity, 0.0, 0.0, 0.0, 0.5);
  const Searched s(c, {0.25, -3.0});
  ASSERT_EQ(s.found.points.size(), 2u);
  EXPECT_EQ(s.found.neutral, 7);
  EXPECT_EQ(whole(s.grid, s.found.points[1].state), std::vector<double>(7, -3.0));
  c.network.bias = test::fixed({0.1});
  EXPECT_THROW(Searched(c, {0.25}), NumericsError);
}

// ---- Stability and depth ------------------------------------------------------------------------

TEST(Spectrum, IsTheSymbolOfAHomogeneousLayer) {
  const double R = -0.1, U = 0.3, D = 0.2, omega = 0.6;
  Case c = ring(12, ActivationKind::identity, R, U, D, omega);
  c.attractor.modes = 5;
  const Searched s(c, {1.0});
  std::vector<double> moduli;
  for (int k = 0; k < 12; ++k) {
    const double q = 2 * M_PI * k / 12;
    const std::complex<double> W(1 + R - D * (2 - 2 * std::cos(q)), -U * std::sin(q));
    moduli.push_back(std::abs(1 - omega + omega * W));
  }
  std::ranges::sort(moduli, std::greater<>());
  const auto& eigenvalues = s.found.points[0].spectrum.eigenvalues;
  ASSERT_EQ(eigenvalues.size(), 5u);
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(std::abs(eigenvalues[k]), moduli[k], 1e-8);
}

class Rate : public testing::TestWithParam<ActivationKind> {};

/// The leading eigenvalue against what a relaxation does.
TEST_P(Rate, IsPredictedByTheLeadingEigenvalue) {
  Case c = varying_case({test::reflect, test::value_of(0.2)},
                        GetParam() == ActivationKind::tanh ? 0.4 : -0.05);
  c.network.activation = GetParam();
  c.attractor.depth_tolerance = 1e-10;
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = varying_coefficients(grid, c);
  Observations observations = uniform_inputs(grid, {0.6});
  LayerMap map(grid, c, coefficients);
  const VecHandle noise = map.create();
  fill_noise(grid, 9, noise);
  std::copy_n(VecRead(noise).data(), observations.points, observations.input.begin());
  AttractorSearch search(map, observations);
  const Attractors found = search.run([](const std::string&) {});
  ASSERT_GE(found.reached[0], 0);
  const FixedPoint& p = found.points[static_cast<std::size_t>(found.reached[0])];
  const RelaxationHistory h = follow_relaxation(map, observations, 0, &p);
  EXPECT_NEAR(std::log(h.rate) / std::log(p.spectrum.radius), 1.0, 0.01);
  EXPECT_GT(h.depth, 10);
  EXPECT_LE(h.departure.back(), 1e-9); // at rest
  EXPECT_EQ(h.best_depth, -1);         // no target
}

INSTANTIATE_TEST_SUITE_P(Activations, Rate,
                         testing::Values(ActivationKind::identity, ActivationKind::tanh));

/// The decaying ring: every quantity by hand.
TEST(RelaxationHistory, IsKnownForAUniformDecay) {
  Case c = ring(5, ActivationKind::identity, -0.5, 0.0, 0.0, 0.4);
  c.network.layers = 7;
  c.data.targets.emplace_back().layer = 7;
  c.attractor.depth_tolerance = 1e-3;
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = initial_coefficients(grid, c);
  Observations observations = uniform_inputs(grid, {1.0});
  Target target;
  const auto points = static_cast<std::size_t>(observations.points);
  target.y.assign(points, 0.5);
  target.used.assign(points, 1);
  target.withheld.assign(points, 0);
  target.used_total = 5;
  observations.targets.push_back(target);
  LayerMap map(grid, c, coefficients);
  AttractorSearch search(map, observations);
  const Attractors found = search.run([](const std::string&) {});
  const RelaxationHistory h = follow_relaxation(map, observations, 0, &found.points[0]);
  EXPECT_EQ(h.depth, 31); // the first with 0.8^l <= 1e-3
  EXPECT_NEAR(h.predicted_depth, std::log(1e-3) / std::log(0.8), 1e-6);
  EXPECT_NEAR(h.rate, 0.8, 1e-9);
  ASSERT_EQ(h.distance.size(), 32u);
  for (std::size_t l = 0; l < h.distance.size(); ++l) {
    const double z = std::pow(0.8, static_cast<double>(l));
    EXPECT_NEAR(h.distance[l], z, 1e-12);
    EXPECT_NEAR(h.departure[l], z - 0.5 * z, 1e-12);
    EXPECT_NEAR(h.liouvillean[l], 0.5 * z - 0.25 * z, 1e-12);
    EXPECT_NEAR(h.loss[l], 5 * (z - 0.5) * (z - 0.5), 1e-12);
  }
  EXPECT_EQ(h.best_depth, 3); // 0.8^3 = 0.512
}

} // namespace
} // namespace nadir
