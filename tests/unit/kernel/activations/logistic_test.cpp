#include "support/activations.hpp"

namespace nadir::test {
namespace {

TEST(Logistic, ValuesAtKnownPoints) { EXPECT_EQ(value_at("logistic", 0.5), 0.75); }

} // namespace
} // namespace nadir::test
