#include "support/activations.hpp"

namespace nadir::test {
namespace {

TEST(LeakyRelu, ValuesAtKnownPoints) {
  EXPECT_NEAR(value_at("leaky-relu", -2.0), -0.02, 1e-16);
  EXPECT_EQ(derivative_at("leaky-relu", 0.0), 0.01);
}

} // namespace
} // namespace nadir::test
