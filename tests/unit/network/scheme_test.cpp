#include "nadir/network/scheme.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

namespace nadir {
namespace {

using Complex = std::complex<double>;

struct Known {
  SchemeKind kind;
  int order;
};
constexpr std::array known_schemes{
    Known{SchemeKind::explicit_euler, 1}, Known{SchemeKind::implicit_euler, 1},
    Known{SchemeKind::crank_nicolson, 2}, Known{SchemeKind::rk2, 2}, Known{SchemeKind::rk4, 4}};

/// The factor is exp(h) but for h to the order + 1.
TEST(Scheme, AmplificationFactorsHaveTheirOrder) {
  for (const Known& scheme : known_schemes) {
    const auto error = [&](double size) {
      const Complex h = size * Complex(-0.6, 0.8);
      return std::abs(amplification_factor(scheme.kind, h) - std::exp(h));
    };
    EXPECT_NEAR(std::log2(error(0.02) / error(0.01)), scheme.order + 1, 0.05);
    EXPECT_EQ(amplification_factor(scheme.kind, 0.0), 1.0);
  }
}

/// Waves that only turn: what Crank-Nicolson keeps, and implicit Euler damps however fast they are.
TEST(Scheme, ImplicitOnesAreStable) {
  for (const double turn : {0.1, 3.0, 1e6}) {
    EXPECT_NEAR(std::abs(amplification_factor(SchemeKind::crank_nicolson, Complex(0, turn))), 1.0,
                1e-15);
    EXPECT_LT(std::abs(amplification_factor(SchemeKind::implicit_euler, Complex(0, turn))), 1.0);
    EXPECT_GT(std::abs(amplification_factor(SchemeKind::explicit_euler, Complex(0, turn))), 1.0);
  }
}

TEST(Scheme, TransposesHoldMoreArraysExceptThePlainOne) {
  for (const Known& scheme : known_schemes) {
    const auto there = scheme_arrays(scheme.kind, false), back = scheme_arrays(scheme.kind, true);
    if (scheme.kind == SchemeKind::explicit_euler)
      EXPECT_EQ(there + back, 0);
    else
      EXPECT_GT(back, there);
  }
}

} // namespace
} // namespace nadir
