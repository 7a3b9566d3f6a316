#include "support/activations.hpp"

#include <limits>

namespace nadir::test {
namespace {

long double sigmoid(long double Z) {
  const long double e = std::exp(-std::abs(Z));
  return (Z < 0 ? e : 1.0L) / (1.0L + e);
}
long double sigmoid_derivative(long double Z) {
  const long double e = std::exp(-std::abs(Z));
  return e / ((1.0L + e) * (1.0L + e));
}

TEST(Sigmoid, ValuesAtKnownPoints) {
  EXPECT_NEAR(value_at("sigmoid", 1.0), 0.7310585786300049, 1e-15);
  EXPECT_EQ(value_at("sigmoid", std::numeric_limits<double>::infinity()), 1.0);
}

TEST(Sigmoid, ErrorsInUnitsOfTheLastPlace) {
  const auto Z = arguments(600);
  const auto computed = evaluate("sigmoid", Z);
  expect_close(Z, computed.value, 2.5, sigmoid);
  expect_close(Z, computed.derivative, 4.0, sigmoid_derivative);
}

} // namespace
} // namespace nadir::test
