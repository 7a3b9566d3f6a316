#include "nadir/base/text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace nadir {
namespace {

TEST(Text, EditDistanceCountsSwapsOnce) {
  EXPECT_EQ(edit_distance("layers", "layers"), 0u);
  EXPECT_EQ(edit_distance("layrs", "layers"), 1u);
  EXPECT_EQ(edit_distance("tahn", "tanh"), 1u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Text, NearestNameFindsTheMeantOneOnly) {
  const std::vector<std::string> names{"layers", "activation", "diffusion", "diffusion_tensor"};
  EXPECT_EQ(nearest_name("layrs", names), "layers");
  EXPECT_EQ(nearest_name("LAYERS", names), "layers");
  EXPECT_EQ(nearest_name("difusion", names), "diffusion");
  EXPECT_EQ(nearest_name("acti", names), "activation");
  EXPECT_EQ(nearest_name("colour", names), std::nullopt);
  EXPECT_EQ(nearest_name("", names), std::nullopt);
  EXPECT_EQ(nearest_name(std::string(1000000, 'x'), names), std::nullopt);
}

TEST(Text, NumbersReadBackExactly) {
  EXPECT_EQ(number_text(1), "1.0");
  EXPECT_EQ(number_text(-0.0), "-0.0");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(1e-6), "1e-06");
  std::mt19937_64 random(1);
  for (int i = 0; i < 10000; ++i) {
    const double value =
        std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 1900) - 1000);
    EXPECT_EQ(std::stod(number_text(value)), value);
  }
  const double largest = std::numeric_limits<double>::max();
  EXPECT_EQ(std::stod(number_text(largest)), largest);
}

TEST(Text, QuoteEscapes) { EXPECT_EQ(quote("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000A\""); }

TEST(Text, OneLineCutsBetweenCharacters) {
  EXPECT_EQ(one_line("a\nb"), "a\\u000Ab");
  EXPECT_EQ(one_line("aé", 2), "a...");
  EXPECT_EQ(one_line("aéb", 3), "aé...");
}

TEST(Text, Join) {
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({"a", "a"}, ", "), "a, a");
}

} // namespace
} // namespace nadir
