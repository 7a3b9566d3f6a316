#include "support/activations.hpp"

namespace nadir::test {
namespace {

long double softplus(long double Z) {
  return std::max(Z, 0.0L) + std::log1p(std::exp(-std::abs(Z)));
}
long double softplus_derivative(long double Z) {
  const long double e = std::exp(-std::abs(Z));
  return (Z < 0 ? e : 1.0L) / (1.0L + e);
}

TEST(Softplus, ValuesAtKnownPoints) {
  EXPECT_NEAR(value_at("softplus", 1.0), 1.3132616875182228, 1e-15);
  EXPECT_EQ(value_at("softplus", 1e150), 1e150);
}

TEST(Softplus, ErrorsInUnitsOfTheLastPlace) {
  const auto Z = arguments(600);
  const auto computed = evaluate("softplus", Z);
  expect_close(Z, computed.value, 2.5, softplus);
  expect_close(Z, computed.derivative, 2.5, softplus_derivative);
}

} // namespace
} // namespace nadir::test
