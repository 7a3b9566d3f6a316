#include "support/activations.hpp"

namespace nadir::test {
namespace {

TEST(Relu, ValuesAtKnownPoints) {
  EXPECT_EQ(value_at("relu", -2.0), 0.0);
  EXPECT_EQ(value_at("relu", 2.0), 2.0);
  EXPECT_EQ(derivative_at("relu", 0.0), 0.0);
}

} // namespace
} // namespace nadir::test
