#include "support/activations.hpp"

namespace nadir::test {
namespace {

TEST(Sin, ValuesAtKnownPoints) { EXPECT_NEAR(value_at("sin", 1.0), std::sin(1.0), 1e-16); }

TEST(Sin, ErrorsInUnitsOfTheLastPlace) {
  const auto Z = arguments(1e6);
  const auto computed = evaluate("sin", Z);
  expect_close(Z, computed.value, 2.0, [](long double z) { return std::sin(z); });
  expect_close(Z, computed.derivative, 2.0, [](long double z) { return std::cos(z); });
}

} // namespace
} // namespace nadir::test
