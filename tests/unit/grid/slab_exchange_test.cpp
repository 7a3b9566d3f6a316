#include "nadir/grid/slab_exchange.hpp"

#include "nadir/base/traffic.hpp"

#include "support/grids.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

/// All points in as equal slabs as there are, or all of them on the last rank.
struct Slab {
  std::int64_t first, count;
};
Slab slab_of(std::int64_t points, bool last_has_all) {
  const std::int64_t rank = test::world_rank(), ranks = test::world_size();
  if (last_has_all) return rank + 1 == ranks ? Slab{0, points} : Slab{0, 0};
  const std::int64_t first = points * rank / ranks;
  return {first, points * (rank + 1) / ranks - first};
}

TEST(SlabExchange, SlabsHaveThePointsInGlobalOrderAndBoxesGetThemBack) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{23}, {7, 9}, {5, 6, 4}}) {
    const Grid grid = test::grid_of(shape, BoundaryKind::reflect);
    for (const bool last_has_all : {false, true}) {
      const auto [first, count] = slab_of(grid.points(), last_has_all);
      SlabExchange exchange(grid, first, count);
      const Layout layout(grid, 2);
      Field field(layout), back(layout);
      const Extents& n = layout.count;
      const auto for_points = [&](auto use) {
        for (std::int64_t z = 0; z < n[0]; ++z)
          for (std::int64_t y = 0; y < n[1]; ++y)
            for (std::int64_t x = 0; x < n[2]; ++x) use(z, y, x);
      };
      for_points([&](auto z, auto y, auto x) {
        field.at(z, y, x) = static_cast<double>(grid.global_index(z, y, x));
      });
      std::vector<std::complex<double>> slab(static_cast<std::size_t>(count), {-1, -1});
      exchange.to_slab(layout, field.data(), slab.data());
      for (std::int64_t i = 0; i < count; ++i)
        EXPECT_EQ(slab[static_cast<std::size_t>(i)],
                  std::complex<double>(static_cast<double>(first + i)));
      for (auto& value : slab) value = {2 * value.real(), 5}; // imaginary parts stay behind
      exchange.to_box(slab.data(), layout, back.data());
      for_points([&](auto z, auto y, auto x) {
        EXPECT_EQ(back.at(z, y, x), 2.0 * static_cast<double>(grid.global_index(z, y, x)));
      });
      EXPECT_EQ(back.at(0, 0, -1), 0.0) << "a ghost";
    }
  }
}

TEST(SlabExchange, CountsWhatLeavesTheRank) {
  const Grid grid = test::grid_of({24}, BoundaryKind::periodic);
  const bool last = test::world_rank() + 1 == test::world_size();
  const auto [first, count] = slab_of(24, true);
  SlabExchange exchange(grid, first, count);
  const Layout layout(grid, 1);
  const Field field(layout);
  std::vector<std::complex<double>> slab(static_cast<std::size_t>(count));
  const Traffic before = traffic_sent();
  exchange.to_slab(layout, field.data(), slab.data());
  const Traffic sent = traffic_sent() - before;
  EXPECT_EQ(sent.messages, last ? 0 : 1);
  EXPECT_EQ(sent.bytes, last ? 0 : 8 * grid.owned().points());
}

} // namespace
} // namespace nadir
