#include "support/activations.hpp"

#include <limits>

namespace nadir::test {
namespace {

TEST(Tanh, ValuesAtKnownPoints) {
  EXPECT_NEAR(value_at("tanh", 0.5), 0.46211715726000976, 1e-15);
  EXPECT_EQ(value_at("tanh", -std::numeric_limits<double>::infinity()), -1.0);
}

TEST(Tanh, ErrorsInUnitsOfTheLastPlace) {
  const auto Z = arguments(1e6);
  expect_close(Z, evaluate("tanh", Z).value, 2.5, [](long double z) { return std::tanh(z); });
}

/// 1 - tanh^2 cancels: the bound is relative to 1.
TEST(Tanh, ErrorsOfTheDerivative) {
  const auto Z = arguments(35);
  const auto tanh = evaluate("tanh", Z);
  for (std::size_t i = 0; i < Z.size(); ++i) {
    const long double t = std::tanh(static_cast<long double>(Z[i]));
    ASSERT_NEAR(tanh.derivative[i], static_cast<double>(1 - t * t), 1e-15) << Z[i];
  }
}

} // namespace
} // namespace nadir::test
