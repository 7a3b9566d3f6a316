#include "support/activations.hpp"

namespace nadir::test {
namespace {

TEST(Identity, IsItsArgument) {
  EXPECT_EQ(value_at("identity", -0.3), -0.3);
  EXPECT_EQ(derivative_at("identity", -0.3), 1.0);
}

} // namespace
} // namespace nadir::test
