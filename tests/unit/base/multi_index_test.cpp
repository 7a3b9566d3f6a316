#include "nadir/base/multi_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace nadir {
namespace {

TEST(MultiIndex, ByTotalOrderThenLexicographic) {
  EXPECT_EQ(multi_indices(1, 0, 3).size(), 4U);
  EXPECT_EQ(multi_indices(1, 3, 3), (std::vector<MultiIndex>{{0, 0, 3}}));
  EXPECT_EQ(multi_indices(2, 1, 2),
            (std::vector<MultiIndex>{{0, 0, 1}, {0, 1, 0}, {0, 0, 2}, {0, 1, 1}, {0, 2, 0}}));
  EXPECT_EQ(multi_indices(3, 0, 4).size(), 35U); // C(3 + 4, 4)
  const auto third = multi_indices(3, 3, 3);
  EXPECT_TRUE(std::ranges::is_sorted(third));
  EXPECT_EQ(third.size(), 10U);
}

TEST(MultiIndex, AllOfThemOnceAndNoneOfMoreAxes) {
  EXPECT_TRUE(multi_indices(3, 2, 1).empty());
  for (int dimension = 1; dimension <= max_dimension; ++dimension) {
    auto all = multi_indices(dimension, 1, 4);
    for (const MultiIndex& k : all) {
      EXPECT_GE(total_order(k), 1);
      EXPECT_LE(total_order(k), 4);
      for (int axis = 0; axis < max_dimension - dimension; ++axis)
        EXPECT_EQ(k[static_cast<std::size_t>(axis)], 0);
    }
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
  }
}

} // namespace
} // namespace nadir
