#include "nadir/base/aligned.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace nadir {
namespace {

std::uintptr_t place_of(const AlignedDoubles& array) {
  return reinterpret_cast<std::uintptr_t>(array.data());
}

TEST(Aligned, ArraysStartAtCacheLines) {
  for (const std::size_t n : {1u, 1000u, 524287u, 524288u, 1500000u}) {
    AlignedDoubles array(n, 1.0);
    EXPECT_EQ(place_of(array) % alignment, 0u) << n;
    array.assign(n, 2.0); // to the last element
    EXPECT_EQ(array.front() + array.back(), 4.0) << n;
  }
}

TEST(Aligned, LargeArraysStartAtDifferentPlacesOfTheCaches) {
  constexpr std::uintptr_t first_level = 4096, second_level = 65536;
  std::vector<AlignedDoubles> arrays;
  std::set<std::uintptr_t> first, second;
  for (int k = 0; k < 8; ++k) {
    arrays.emplace_back(std::size_t{1} << 19); // 4 MiB, as a state of 724 x 724 points
    first.insert(place_of(arrays.back()) % first_level);
    second.insert(place_of(arrays.back()) % second_level);
  }
  EXPECT_EQ(first.size(), arrays.size());
  EXPECT_EQ(second.size(), arrays.size());
}

} // namespace
} // namespace nadir
