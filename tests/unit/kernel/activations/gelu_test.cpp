#include "support/activations.hpp"

#include <numbers>

namespace nadir::test {
namespace {

long double Phi(long double Z) { return 0.5L * std::erfc(-Z / std::numbers::sqrt2_v<long double>); }
long double phi(long double Z) {
  return std::exp(-0.5L * Z * Z) * std::numbers::inv_sqrtpi_v<long double> /
         std::numbers::sqrt2_v<long double>;
}

TEST(Gelu, ValuesAtKnownPoints) {
  EXPECT_NEAR(value_at("gelu", 1.0), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(value_at("gelu", -6.0), -5.919525869e-9, 1e-17); // the tail is kept
  EXPECT_EQ(value_at("gelu", -1e150), 0.0);
  EXPECT_EQ(value_at("gelu", 1e150), 1e150);
}

TEST(Gelu, ErrorsInUnitsOfTheLastPlace) {
  const auto Z = arguments(35);
  expect_close(Z, evaluate("gelu", Z).value, 6.0, [](long double z) { return z * Phi(z); });
}

/// Phi + Z phi cancels: the bound is relative to 1.
TEST(Gelu, ErrorsOfTheDerivative) {
  const auto Z = arguments(35);
  const auto gelu = evaluate("gelu", Z);
  for (std::size_t i = 0; i < Z.size(); ++i)
    ASSERT_NEAR(gelu.derivative[i], static_cast<double>(Phi(Z[i]) + Z[i] * phi(Z[i])), 2e-15)
        << Z[i];
}

} // namespace
} // namespace nadir::test
