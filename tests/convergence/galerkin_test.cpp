#include "nadir/network/chain.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

/// How fast layers in Galerkin form converge to layers that know no grid (docs/galerkin.md).
namespace nadir {
namespace {

struct RingProblem {
  Activation activation = "identity";
  double U = 0.1, D = 0.0, b = 0.0, waves = 0.0; ///< U (1 + waves sin x)
  double sigma = 0.0;                            ///< above 0: a Gaussian instead
  double velocity(double x) const { return U * (1 + waves * std::sin(x)); }
};

constexpr std::int64_t ring_layers = 8;
constexpr double ring_omega = 0.5;

double ring_input(double x) { return std::exp(std::sin(x)) - 1; }

/// Of the trigonometric polynomial through values on a ring: its first and second derivative, and
/// what is left of it by a Gaussian.
std::array<std::vector<double>, 3> ring_kernels(const std::vector<double>& z, double sigma) {
  const std::size_t n = z.size();
  const auto angle = [n](std::size_t k, std::size_t i) {
    return 2 * std::numbers::pi * static_cast<double>(k * i % n) / static_cast<double>(n);
  };
  std::array<std::vector<double>, 3> made{std::vector<double>(n), std::vector<double>(n),
                                          std::vector<double>(n)};
  const double mean = std::accumulate(z.begin(), z.end(), 0.0) / static_cast<double>(n);
  std::ranges::fill(made[2], mean);
  for (std::size_t k = 1; k < n / 2; ++k) {
    std::complex<double> mode = 0;
    for (std::size_t i = 0; i < n; ++i) mode += z[i] * std::polar(1.0, -angle(k, i));
    mode *= 2.0 / static_cast<double>(n);
    if (std::abs(mode) < 1e-15) continue; // rounding, which derivatives raise
    const auto order = static_cast<double>(k);
    for (std::size_t i = 0; i < n; ++i) {
      const auto wave = mode * std::polar(1.0, angle(k, i));
      made[0][i] -= order * wave.imag();
      made[1][i] -= order * order * wave.real();
      made[2][i] += std::exp(-sigma * sigma * order * order / 2) * wave.real();
    }
  }
  return made;
}

constexpr std::size_t fine_points = 256;

std::vector<double> without_grid(const RingProblem& problem) {
  std::vector<double> z(fine_points);
  const auto place = [](std::size_t i) {
    return 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(fine_points);
  };
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = ring_input(place(i));
  for (std::int64_t l = 0; l < ring_layers; ++l) {
    const auto [first, second, smooth] = ring_kernels(z, problem.sigma);
    for (std::size_t i = 0; i < z.size(); ++i) {
      double f = problem.sigma > 0
                     ? smooth[i]
                     : z[i] - problem.velocity(place(i)) * first[i] + problem.D * second[i];
      f -= problem.b;
      if (problem.activation == "tanh") f = std::tanh(f);
      z[i] = (1 - ring_omega) * z[i] + ring_omega * f;
    }
  }
  return z;
}

/// Root mean square over the points of the last state's error.
double ring_error(const RingProblem& problem, Basis basis, std::int64_t nodes, std::int64_t points,
                  const std::vector<double>& exact) {
  Case c = test::small_case({points}, {test::periodic});
  const double spacing = 2 * std::numbers::pi / static_cast<double>(points);
  c.grid.spacing = {spacing};
  c.network.basis = basis;
  c.network.nodes = nodes;
  c.network.layers = ring_layers;
  c.network.activation = problem.activation;
  c.network.relaxation = test::fixed({ring_omega});
  c.network.bias = test::fixed({problem.b});
  c.kernel["reaction"] = test::fixed({0.0});
  c.kernel["advection"] = test::trained({0.0}, true, false);
  c.kernel["diffusion"] = test::fixed({problem.D});
  if (problem.sigma > 0) {
    constexpr double widths = 8; // less than rounding is beyond
    test::set_kernel(c, {"gaussian"});
    c.kernel["amplitude"] = test::fixed({1.0});
    c.kernel["width"] = test::fixed({problem.sigma});
    c.kernel.set_option("radius",
                        static_cast<std::int64_t>(std::ceil(widths * problem.sigma / spacing)));
  }
  const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
  Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  Chain chain(grid, c);
  LastTwoStates states(chain.state_layout());
  const Layout& layout = chain.state_layout();
  double* z = states.write(0);
  test::for_points(grid, [&](auto k, auto j, auto i, std::int64_t index) {
    const double x = spacing * static_cast<double>(index);
    z[layout.index(k, j, i)] = ring_input(x);
    if (problem.sigma > 0) return;
    ParameterValues& U = coefficients["advection"];
    U.block(0)[U.layout().index(k, j, i)] = problem.velocity(x);
  });
  coefficients.fill_ghosts();
  chain.forward(coefficients, states, 0, chain.layers(), [](std::int64_t, const double*) {});
  z = states.read(chain.layers());
  const std::size_t step = fine_points / static_cast<std::size_t>(points);
  double squares = 0;
  test::for_points(grid, [&](auto k, auto j, auto i, std::int64_t index) {
    const double error = z[layout.index(k, j, i)] - exact[step * static_cast<std::size_t>(index)];
    squares += error * error;
  });
  MPI_Allreduce(MPI_IN_PLACE, &squares, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return std::sqrt(squares / static_cast<double>(points));
}

struct ExpectedOrder {
  Basis basis;
  std::int64_t nodes;
  double order;
};

/// The order observed from `points` to twice as many.
void expect_orders(const RingProblem& problem, std::int64_t points,
                   const std::vector<ExpectedOrder>& expected) {
  constexpr double less = 0.35, more = 0.5; // before the asymptotic range orders are high
  const auto exact = without_grid(problem);
  for (const ExpectedOrder& e : expected) {
    const double coarse = ring_error(problem, e.basis, e.nodes, points, exact);
    const double fine = ring_error(problem, e.basis, e.nodes, 2 * points, exact);
    const double order = std::log2(coarse / fine);
    EXPECT_GT(order, e.order - less) << "basis " << static_cast<int>(e.basis) << ", " << e.nodes;
    EXPECT_LT(order, e.order + more) << "basis " << static_cast<int>(e.basis) << ", " << e.nodes;
  }
}

/// Constant coefficients and f the identity: twice the order of the functions, for first
/// derivatives, where enough nodes integrate exactly.
TEST(Galerkin, AdvectionIsOfTwiceTheOrder) {
  expect_orders({}, 32,
                {{Basis::delta, 0, 2},
                 {Basis::hat, 2, 4},
                 {Basis::hat, 5, 4},
                 {Basis::cubic_spline, 2, 4},
                 {Basis::cubic_spline, 3, 5.5},
                 {Basis::cubic_spline, 4, 8},
                 {Basis::cubic_spline, 5, 8}});
}

TEST(Galerkin, DiffusionIsOfTwoOrdersLess) {
  RingProblem problem;
  problem.U = 0;
  problem.D = 2e-3;
  expect_orders(problem, 32,
                {{Basis::delta, 0, 2}, {Basis::cubic_spline, 2, 4}, {Basis::cubic_spline, 4, 6}});
}

/// A Gaussian is of all orders where points see it; where they do not, nodes do.
TEST(Galerkin, GaussiansAreOfTwiceTheOrder) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (ranks > 1) return; // ghosts are as wide as half the ring
  RingProblem problem;
  problem.sigma = 0.5;
  expect_orders(problem, 16,
                {{Basis::hat, 3, 4},
                 {Basis::hat, 5, 4},
                 {Basis::cubic_spline, 3, 8.5},
                 {Basis::cubic_spline, 5, 8.5}});
  EXPECT_LT(ring_error(problem, Basis::delta, 0, 32, without_grid(problem)), 1e-14);
  problem.sigma = 0.1;
  const auto exact = without_grid(problem);
  EXPECT_GT(ring_error(problem, Basis::delta, 0, 16, exact), 1.0);
  EXPECT_LT(ring_error(problem, Basis::cubic_spline, 5, 16, exact), 1e-4);
}

/// Behind a nonlinear f only the order of the functions themselves is left.
TEST(Galerkin, AnActivationLeavesTheOrderOfTheFunctions) {
  RingProblem problem;
  problem.activation = "tanh";
  problem.b = 0.1;
  expect_orders(problem, 64,
                {{Basis::delta, 0, 2},
                 {Basis::hat, 2, 2},
                 {Basis::hat, 3, 2},
                 {Basis::cubic_spline, 2, 4},
                 {Basis::cubic_spline, 4, 4}});
}

/// Coefficients are linear between points: second order, with a smaller error than at points.
TEST(Galerkin, VaryingCoefficientsLeaveTheirOwnOrder) {
  RingProblem problem;
  problem.waves = 0.5;
  expect_orders(problem, 64,
                {{Basis::delta, 0, 2}, {Basis::hat, 2, 2}, {Basis::cubic_spline, 4, 2}});
  const auto exact = without_grid(problem);
  const double at_points = ring_error(problem, Basis::delta, 0, 64, exact);
  EXPECT_LT(5 * ring_error(problem, Basis::hat, 2, 64, exact), at_points);
  EXPECT_LT(10 * ring_error(problem, Basis::cubic_spline, 4, 64, exact), at_points);
}

} // namespace
} // namespace nadir
