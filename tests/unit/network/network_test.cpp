#include "nadir/network/network.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(WatchedLayers, AllOfThem) {
  const WatchedLayers all;
  EXPECT_TRUE(all.contains(0));
  EXPECT_TRUE(all.contains(77));
  EXPECT_TRUE(all.listed().empty());
  EXPECT_EQ(all.next(3, 9), 4);
  EXPECT_EQ(all.next(9, 9), 9);
  EXPECT_EQ(all.previous(3, 0), 2);
  EXPECT_EQ(all.previous(0, 0), 0);
}

TEST(WatchedLayers, ListedOnesInAnyOrder) {
  const WatchedLayers some({8, 2, 5, 2});
  EXPECT_EQ(some.listed(), (std::vector<std::int64_t>{2, 5, 8}));
  EXPECT_TRUE(some.contains(5));
  EXPECT_FALSE(some.contains(4));
  EXPECT_EQ(some.next(2, 9), 5);
  EXPECT_EQ(some.next(3, 4), 4) << "no further than to the last one";
  EXPECT_EQ(some.next(8, 9), 9);
  EXPECT_EQ(some.previous(5, 0), 2);
  EXPECT_EQ(some.previous(7, 6), 6);
  EXPECT_EQ(some.previous(2, 0), 0);
}

TEST(WatchedLayers, None) {
  const WatchedLayers none(std::vector<std::int64_t>{});
  EXPECT_FALSE(none.contains(0));
  EXPECT_EQ(none.next(0, 9), 9);
  EXPECT_EQ(none.previous(9, 1), 1);
}

} // namespace
} // namespace nadir
