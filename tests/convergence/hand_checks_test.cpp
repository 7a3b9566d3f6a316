#include "support/cases.hpp"
#include "support/last_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

/// The hand checks of the relaxation layer: answers known without a computer.
namespace nadir {
namespace {

using test::last_state;

/// A 1-D case with constant coefficients.
Case line_case(std::int64_t points, std::int64_t layers, Activation f, double omega, double R,
               double U, double D, double b) {
  Case c = test::small_case({points}, {test::periodic});
  c.network.layers = layers;
  c.network.activation = f;
  c.network.relaxation = test::fixed({omega});
  c.network.bias = test::fixed({b});
  c.kernel["reaction"] = test::fixed({R});
  c.kernel["advection"] = test::fixed({U});
  c.kernel["diffusion"] = test::fixed({D});
  return c;
}

struct Moments {
  double mass = 0, mean = 0, variance = 0;
};

Moments moments_around(const std::vector<double>& z, std::int64_t origin) {
  Moments m;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double q = static_cast<double>(static_cast<std::int64_t>(i) - origin);
    m.mass += z[i];
    m.mean += q * z[i];
    m.variance += q * q * z[i];
  }
  m.mean /= m.mass;
  m.variance = m.variance / m.mass - m.mean * m.mean;
  return m;
}

TEST(HandCheck, DeltaDriftsByNOmegaUAndSpreads) {
  const Case c = line_case(101, 50, "identity", 0.5, 0.0, 0.2, 0.3, 0.0);
  const Moments m = moments_around(last_state(c, [](auto i) { return i == 50 ? 1.0 : 0.0; }), 50);
  EXPECT_NEAR(m.mass, 1.0, 1e-12);
  EXPECT_NEAR(m.mean, 5.0, 1e-12);
  EXPECT_NEAR(m.variance, 14.5, 1e-12);
}

/// Cumulants of the layer kernel with R: mass 1 + omega R, drift and variance of theory, section 3.
TEST(HandCheck, ReactionChangesMassDriftAndVariance) {
  const double omega = 0.5, R = -0.1, U = 0.2, D = 0.3;
  const Case c = line_case(201, 40, "identity", omega, R, U, D, 0.0);
  const Moments m = moments_around(last_state(c, [](auto i) { return i == 100 ? 1.0 : 0.0; }), 100);
  const double one = 1 + omega * R, drift = omega * U / one;
  EXPECT_NEAR(m.mass, std::pow(one, 40), 1e-13);
  EXPECT_NEAR(m.mean, 40 * drift, 1e-11);
  EXPECT_NEAR(m.variance, 40 * (2 * omega * D / one - drift * drift), 1e-10);
}

/// z_t = -gamma z (1 - z) from 1/2: z(1) = 1/(1 + e), first order in omega.
TEST(HandCheck, SquareActivationIsTheDecayingLogistic) {
  const double exact = 1.0 / (1.0 + std::numbers::e);
  EXPECT_NEAR(exact, 0.2689414, 1e-7);
  std::array<double, 3> errors{};
  for (std::size_t k = 0; k < errors.size(); ++k) {
    const auto layers = static_cast<std::int64_t>(100) << k;
    const Case c = line_case(5, layers, "square", 1.0 / static_cast<double>(layers), 0, 0, 0, 0);
    errors[k] = std::abs(last_state(c, [](auto) { return 0.5; })[2] - exact);
  }
  EXPECT_LT(errors[2], 2e-3);
  EXPECT_NEAR(errors[0] / errors[1], 2.0, 0.02);
  EXPECT_NEAR(errors[1] / errors[2], 2.0, 0.02);
}

/// f = id with bias: z_n -> (W - I)^-1 b; here b is a wave, an eigenvector of W.
TEST(HandCheck, LinearChainReachesItsAttractor) {
  const std::int64_t n = 32;
  const double R = -0.3, D = 0.1, theta = 2 * std::numbers::pi * 3 / static_cast<double>(n);
  Case c = line_case(n, 400, "identity", 0.8, R, 0.0, D, 0.0);
  c.network.bias = test::trained({0.0}, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  ParameterValues& b = coefficients["bias"];
  test::for_points(grid, [&](auto k, auto j, auto i, auto index) {
    b.block(0)[b.layout().index(k, j, i)] = std::cos(theta * static_cast<double>(index));
  });
  Chain chain(grid, c);
  LastTwoStates states(chain.state_layout());
  chain.forward(coefficients, states, 0, chain.layers(), [](std::int64_t, const double*) {});
  const double* z = states.read(chain.layers());
  const double eigenvalue = R - 2 * D * (1 - std::cos(theta));
  test::for_points(grid, [&](auto k, auto j, auto i, auto index) {
    EXPECT_NEAR(z[chain.state_layout().index(k, j, i)],
                std::cos(theta * static_cast<double>(index)) / eigenvalue, 1e-12);
  });
}

Case moment_line(std::int64_t points, std::int64_t layers, double D, double c3, double c4) {
  Case c = line_case(points, layers, "identity", 1.0, 0.0, 0.0, D, 0.0);
  test::set_kernel(c, {"moment"});
  c.kernel.set_option("order", 4);
  c.kernel["higher"] = test::fixed({c3, c4});
  return c;
}

/// The width of a peak of unit mass, by its height.
double width(const Case& c) {
  const auto z = last_state(c, [&](auto i) { return i == c.grid.shape[0] / 2 ? 1.0 : 0.0; });
  return 1.0 / *std::ranges::max_element(z);
}

/// Diffusion spreads like t^(1/2), hyper-diffusion (W_4 < 0) like t^(1/4) (theory, section 3).
TEST(SpreadingLaw, OfDiffusionAndHyperDiffusion) {
  const double slow = width(moment_line(401, 400, 0.1, 0.0, 0.0));
  const double twice = width(moment_line(401, 1600, 0.1, 0.0, 0.0));
  EXPECT_NEAR(std::log(twice / slow) / std::log(4.0), 0.5, 0.002);
  const double hyper = width(moment_line(401, 1000, 0.0, 0.0, -0.03));
  const double later = width(moment_line(401, 16000, 0.0, 0.0, -0.03));
  EXPECT_NEAR(std::log(later / hyper) / std::log(16.0), 0.25, 0.004);
}

/// The second moment of hyper-diffusion stays that of the start: 0.
TEST(SpreadingLaw, HyperDiffusionLeavesTheVariance) {
  const Case c = moment_line(401, 1000, 0.0, 0.0, -0.03);
  const Moments m = moments_around(last_state(c, [](auto i) { return i == 200 ? 1.0 : 0.0; }), 200);
  EXPECT_NEAR(m.mass, 1.0, 1e-12);
  EXPECT_NEAR(m.variance, 0.0, 1e-10);
}

/// W_3 alone: exp(ikq) travels with the phase -c_3 k^3 per layer on the grid's own sine, and by
/// layers so small that its growth, second order in them, does not matter.
TEST(DispersionRelation, OfTheThirdMoment) {
  const std::int64_t points = 64, layers = 4000;
  for (const std::int64_t mode : {1, 3, 6}) {
    Case c = moment_line(points, layers, 0.0, 0.5, 0.0);
    const double omega = 1e-4, k = 2 * std::numbers::pi * static_cast<double>(mode) / points;
    c.network.relaxation = test::fixed({omega});
    const auto wave = [&](auto i) { return std::cos(k * static_cast<double>(i)); };
    const auto z = last_state(c, wave);
    double cosine = 0, sine = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
      cosine += z[i] * std::cos(k * static_cast<double>(i));
      sine += z[i] * std::sin(k * static_cast<double>(i));
    }
    // d^3 exp(ikq) = -i sin k * 2(1 - cos k) exp(ikq)
    const double rate = -0.5 * std::sin(k) * 2 * (1 - std::cos(k));
    const double phase = static_cast<double>(layers) * std::atan(omega * rate);
    EXPECT_NEAR(std::atan2(-sine, cosine), phase, 1e-10) << mode;
    EXPECT_NEAR(phase, -0.5 * k * k * k * omega * layers, 0.15 * std::abs(phase)) << mode;
  }
}

/// The effective diffusion of one layer, D/(1+wR) - w U^2/(2 (1+wR)^2), from the variance.
TEST(EffectiveDiffusion, WithAndWithoutReaction) {
  for (const double R : {0.0, -0.05, 0.1}) {
    const double omega = 0.5, U = 0.2, D = 0.3;
    const std::int64_t layers = 40;
    const Case c = line_case(201, layers, "identity", omega, R, U, D, 0.0);
    const Moments m =
        moments_around(last_state(c, [](auto i) { return i == 100 ? 1.0 : 0.0; }), 100);
    const double mass = 1 + omega * R;
    const double effective = D / mass - omega * U * U / (2 * mass * mass);
    EXPECT_NEAR(m.variance, 2 * omega * effective * static_cast<double>(layers), 1e-11) << R;
    EXPECT_NEAR(m.mass, std::pow(mass, layers), 1e-12) << R;
  }
}

/// A smooth solution of z_t = R z - U z_q + D z_qq: second order in space at fixed tiny omega n.
TEST(Convergence, SecondOrderInSpace) {
  const double length = 2 * std::numbers::pi, U = 0.7, D = 0.2, R = -0.1, time = 0.02;
  std::array<double, 3> errors{};
  for (std::size_t k = 0; k < errors.size(); ++k) {
    const std::int64_t n = std::int64_t{16} << k;
    const std::int64_t layers = 2000;
    Case c = line_case(n, layers, "identity", time / static_cast<double>(layers), R, U, D, 0.0);
    c.grid.spacing = {length / static_cast<double>(n)};
    const auto wave = [&](std::int64_t i) {
      return std::sin(2 * c.grid.spacing[0] * static_cast<double>(i));
    };
    const auto z = last_state(c, wave);
    for (std::size_t i = 0; i < z.size(); ++i) {
      const double q = c.grid.spacing[0] * static_cast<double>(i);
      const double exact = std::exp((R - 4 * D) * time) * std::sin(2 * (q - U * time));
      errors[k] = std::max(errors[k], std::abs(z[i] - exact));
    }
  }
  EXPECT_NEAR(std::log2(errors[0] / errors[1]), 2.0, 0.15);
  EXPECT_NEAR(std::log2(errors[1] / errors[2]), 2.0, 0.1);
}

} // namespace
} // namespace nadir
