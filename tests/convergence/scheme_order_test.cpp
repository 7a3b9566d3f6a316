#include "nadir/network/scheme.hpp"
#include "nadir/network/schemes.hpp"

#include "support/cases.hpp"
#include "support/last_state.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

/// Orders of the schemes in omega at a fixed time gamma t = n omega, against exact solutions.
namespace nadir {
namespace {

Case plain_case(const SchemeInfo& scheme, Activation f, std::int64_t points) {
  Case c = test::small_case({points}, {test::periodic});
  c.network.scheme = scheme.kind;
  c.network.activation = f;
  c.network.bias = c.kernel["reaction"] = test::fixed({0.0});
  c.kernel["advection"] = c.kernel["diffusion"] = test::fixed({0.0});
  return c;
}

/// The largest error at gamma t with n layers, and with 2 n: their ratio is 2 to the order.
double observed_order(Case c, double time, std::int64_t layers,
                      const std::function<double(std::int64_t)>& input,
                      const std::function<double(std::int64_t)>& exact) {
  double error[2] = {};
  for (int k = 0; k < 2; ++k) {
    c.network.layers = layers << k;
    c.network.relaxation = test::fixed({time / static_cast<double>(c.network.layers)});
    const auto z = test::last_state(c, input);
    for (std::size_t i = 0; i < z.size(); ++i)
      error[k] = std::max(error[k], std::abs(z[i] - exact(static_cast<std::int64_t>(i))));
  }
  return std::log2(error[0] / error[1]);
}

/// f = 2z - z^2, W = 1: dz/dt = gamma z (1 - z), the growing logistic equation.
TEST(SchemeOrder, OfTheLogisticEquation) {
  constexpr double time = 2;
  const auto start = [](std::int64_t i) { return 0.1 + 0.2 * static_cast<double>(i); };
  const auto exact = [&](std::int64_t i) { return 1 / (1 + (1 / start(i) - 1) * std::exp(-time)); };
  for (const auto& scheme : schemes) {
    const Case c = plain_case(scheme, "logistic", 6);
    EXPECT_NEAR(observed_order(c, time, 64, start, exact), scheme.order, 0.05) << scheme.name;
  }
}

/// f = identity: a wave decays and travels by the exponential of the kernel's symbol.
TEST(SchemeOrder, OfAWave) {
  constexpr double time = 1.5, R = -0.2, U = 0.4, D = 0.3;
  constexpr std::int64_t points = 12;
  constexpr double angle = 2 * std::numbers::pi / points;
  const std::complex<double> symbol(R - 2 * D * (1 - std::cos(angle)), -U * std::sin(angle));
  const auto wave = [&](std::complex<double> factor, std::int64_t i) {
    return std::real(factor * std::polar(1.0, angle * static_cast<double>(i)));
  };
  for (const auto& scheme : schemes) {
    Case c = plain_case(scheme, "identity", points);
    c.kernel["reaction"] = test::fixed({R});
    c.kernel["advection"] = test::fixed({U});
    c.kernel["diffusion"] = test::fixed({D});
    const double order = observed_order(
        c, time, 24, [&](std::int64_t i) { return wave(1.0, i); },
        [&](std::int64_t i) { return wave(std::exp(time * symbol), i); });
    EXPECT_NEAR(order, scheme.order, 0.05) << scheme.name;
  }
}

/// The factor of a layer is the one the stability report judges by.
TEST(SchemeOrder, OneLayerAmplifiesAWaveByItsFactor) {
  constexpr double omega = 0.7, U = 0.9, D = 0.2;
  constexpr std::int64_t points = 8;
  constexpr double angle = 2 * std::numbers::pi / points;
  const std::complex<double> h =
      omega * std::complex<double>(-2 * D * (1 - std::cos(angle)), -U * std::sin(angle));
  for (const auto& scheme : schemes) {
    Case c = plain_case(scheme, "identity", points);
    c.network.layers = 1;
    c.network.relaxation = test::fixed({omega});
    c.kernel["advection"] = test::fixed({U});
    c.kernel["diffusion"] = test::fixed({D});
    const auto z = test::last_state(
        c, [&](std::int64_t i) { return std::cos(angle * static_cast<double>(i)); });
    const auto factor = amplification_factor(scheme.kind, h);
    for (std::int64_t i = 0; i < points; ++i)
      EXPECT_NEAR(z[static_cast<std::size_t>(i)],
                  std::real(factor * std::polar(1.0, angle * static_cast<double>(i))), 1e-14)
          << scheme.name;
  }
}

} // namespace
} // namespace nadir
