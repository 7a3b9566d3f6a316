#include "support/activations.hpp"

namespace nadir::test {
namespace {

TEST(Square, ValuesAtKnownPoints) { EXPECT_EQ(value_at("square", -3.0), 9.0); }

} // namespace
} // namespace nadir::test
