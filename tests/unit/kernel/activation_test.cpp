#include "nadir/kernel/activation.hpp"

#include "nadir/input/activations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nadir {
namespace {

TEST(Activation, ValuesAtKnownPoints) {
  const auto at = [](ActivationKind kind, double Z) {
    return with_activation(kind, [Z]<class F>(F) { return F::value(Z); });
  };
  EXPECT_EQ(at(ActivationKind::identity, -0.3), -0.3);
  EXPECT_NEAR(at(ActivationKind::tanh, 0.5), 0.46211715726000976, 1e-15);
  EXPECT_EQ(at(ActivationKind::relu, -2.0), 0.0);
  EXPECT_EQ(at(ActivationKind::relu, 2.0), 2.0);
  EXPECT_NEAR(at(ActivationKind::leaky_relu, -2.0), -0.02, 1e-16);
  EXPECT_NEAR(at(ActivationKind::sigmoid, 1.0), 0.7310585786300049, 1e-15);
  EXPECT_NEAR(at(ActivationKind::softplus, 1.0), 1.3132616875182228, 1e-15);
  EXPECT_NEAR(at(ActivationKind::gelu, 1.0), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(at(ActivationKind::gelu, -6.0), -5.919525869e-9,
              1e-17); // no cancellation in the tail
  EXPECT_NEAR(at(ActivationKind::sin, 1.0), std::sin(1.0), 1e-16);
  EXPECT_EQ(at(ActivationKind::square, -3.0), 9.0);
  EXPECT_EQ(at(ActivationKind::logistic, 0.5), 0.75);
}

TEST(Activation, FarTailsStayFinite) {
  for (const auto& info : activations) {
    with_activation(info.kind, [&]<class F>(F) {
      for (const double Z : {-800.0, 800.0}) {
        EXPECT_TRUE(std::isfinite(F::value(Z))) << info.name;
        EXPECT_TRUE(std::isfinite(F::derivative(Z))) << info.name;
      }
    });
  }
}

TEST(Activation, NotANumberStaysOne) {
  for (const auto& info : activations) {
    with_activation(info.kind, [&]<class F>(F) {
      EXPECT_TRUE(std::isnan(F::value(std::numeric_limits<double>::quiet_NaN()))) << info.name;
    });
  }
}

/// The central difference's error falls by 4 when its step is halved.
TEST(Activation, DerivativesAreThoseOfTheValues) {
  for (const auto& info : activations) {
    with_activation(info.kind, [&]<class F>(F) {
      for (const double Z : {-2.3, -0.7, 0.4, 1.9}) {
        const auto error = [&](double h) {
          return std::abs((F::value(Z + h) - F::value(Z - h)) / (2 * h) - F::derivative(Z));
        };
        EXPECT_LE(error(1e-3), 0.3 * error(2e-3) + 1e-12) << info.name << " at " << Z;
        EXPECT_LE(error(1e-3), 1e-5) << info.name << " at " << Z;
      }
    });
  }
  EXPECT_EQ(activation::Relu::derivative(0.0), 0.0);
  EXPECT_EQ(activation::LeakyRelu::derivative(0.0), 0.01);
}

} // namespace
} // namespace nadir
