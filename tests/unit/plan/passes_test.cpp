#include "nadir/plan/passes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace nadir {
namespace {

constexpr std::int64_t KiB = 1024;

/// 12 layers that share R, U and D, trained fields: 4 on two axes; on one rank.
struct Problem {
  PassWork work;
  CutGrid grid;
  std::int64_t samples = 1;
  LayerPlan how;
};
Problem shared_layers(const std::vector<std::int64_t>& shape, bool periodic) {
  Problem p;
  const auto d = static_cast<std::int64_t>(shape.size());
  p.work = {true, 12, d + 2, d + 2};
  p.grid.dimension = static_cast<int>(d);
  p.grid.shape = three_extents(shape);
  for (auto a = static_cast<std::size_t>(max_dimension - d); a < 3; ++a)
    p.grid.periodic[a] = periodic;
  return p;
}
constexpr bool reflect = false, periodic = true;

PassPlan plan_alone(Problem p, std::int64_t cache) {
  p.how.cache_bytes = cache;
  return plan_passes(p.work, p.grid, p.grid.shape, p.samples, p.how);
}

/// Bytes a tile touches: of each step's states the rows of a slab and their neighbours, of the
/// other `fields` all rows the steps reach, each moved down by one.
std::int64_t bytes_of_tile(const Tiling& tiling, std::int64_t width, std::int64_t fields,
                           std::int64_t states) {
  const std::int64_t steps = tiling.layers + 1;
  return 8 * width *
         (steps * (tiling.slab + 2) * states + (tiling.layers + tiling.slab + 1) * fields);
}

TEST(Passes, TakesLayersAndTilesThatFitTheCache) {
  const Problem c = shared_layers({256, 1024}, reflect);
  // With 4 fields, 7 layers take 8 (9 x 4 + 8 x 3) = 480 bytes a point of slabs of one point: 273
  // points in 128 KiB. Of 8 layers with 536 bytes only 244 would fit, fewer than 256.
  const PassPlan plan = plan_alone(c, 256 * KiB);
  EXPECT_EQ(plan.forward.layers, 7);
  EXPECT_EQ(plan.forward.tile, 273);
  EXPECT_EQ(plan.forward.slab, 3);
  // Gradients, lambda and g make 12 fields: 3 layers take 8 (5 x 12 + 4 x 3) = 576 bytes, too many
  // for 256 points, 2 take 8 (4 x 12 + 3 x 3) = 456.
  EXPECT_EQ(plan.transpose.layers, 2);
  EXPECT_EQ(plan.transpose.tile, 287);
  EXPECT_EQ(plan.samples, 1u);
}

TEST(Passes, GrowsWithTheCache) {
  for (const Problem& c :
       {shared_layers({256, 1024}, reflect), shared_layers({80, 64, 64}, periodic)}) {
    const bool flat = c.grid.dimension == 2;
    const std::int64_t rest = flat ? 1 : 64, width = c.grid.shape[flat ? 2 : 1];
    Tiling before{1, 1, 1};
    for (std::int64_t cache = 64 * KiB; cache <= 64 * 1024 * KiB; cache *= 2) {
      const PassPlan plan = plan_alone(c, cache);
      const Tiling& now = plan.forward;
      EXPECT_GE(now.layers, before.layers);
      EXPECT_GE(now.layers, plan.transpose.layers);
      EXPECT_LE(now.layers, 8);
      const std::int64_t fields = c.grid.dimension + 2;
      const auto expect_fit = [&](const Tiling& tiling, std::int64_t count) {
        const std::int64_t points = (tiling.tile > 0 ? tiling.tile : width) * rest;
        EXPECT_TRUE(tiling.layers == 1 || bytes_of_tile(tiling, points, count, 1) <= cache);
      };
      expect_fit(now, fields);
      expect_fit(plan.transpose, 2 * fields + 4);
      before = now;
    }
    EXPECT_EQ(before.layers, 8);
    EXPECT_EQ(before.tile, 0); // all of it
  }
}

TEST(Passes, NarrowTilesAreNotWorthIt) {
  EXPECT_EQ(plan_alone(shared_layers({256, 1024}, reflect), 16 * KiB).forward.layers, 1);
  EXPECT_EQ(plan_alone(shared_layers({64, 64, 64}, reflect), 64 * KiB).forward.layers, 1);
  // 8 layers of 8 (10 x 5 + 9 x 3) = 616 bytes a point, 64 points each: 13.
  const Tiling tiling = plan_alone(shared_layers({64, 64, 64}, reflect), 1024 * KiB).forward;
  EXPECT_EQ(tiling.layers, 8);
  EXPECT_EQ(tiling.tile, 13);
  EXPECT_EQ(tiling.slab, 1);
}

TEST(Passes, AWishDecides) {
  Problem c = shared_layers({256, 1024}, reflect);
  c.how.tile = 300;
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.layers, 7); // chosen
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.tile, 300);
  EXPECT_EQ(plan_alone(c, 256 * KiB).transpose.tile, 300);
  c.how.layers_per_pass = 5;
  c.how.tile = 64;
  for (const auto& tiling :
       {plan_alone(c, 256 * KiB).forward, plan_alone(c, 256 * KiB).transpose}) {
    EXPECT_EQ(tiling.layers, 5);
    EXPECT_EQ(tiling.tile, 64);
    EXPECT_EQ(tiling.slab, 4);
  }
  c.how.tile = 2000; // wider than the grid
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.tile, 0);
  c.how.layers_per_pass = 100;
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.layers, 12);
  c.how.layers_per_pass = 1;
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.layers, 1);
}

TEST(Passes, SamplesTogetherNeedNarrowerTiles) {
  Problem c = shared_layers({256, 1024}, reflect);
  c.how.layers_per_pass = 2;
  c.samples = 3;
  // 8 (4 x 4 + 3 x 3 x 3) bytes a point.
  EXPECT_EQ(plan_alone(c, 64 * KiB).samples, 3u);
  EXPECT_EQ(plan_alone(c, 64 * KiB).forward.tile, 32 * KiB / (8 * 43));
  c.samples = 2;
  EXPECT_EQ(plan_alone(c, 64 * KiB).samples, 2u);
  EXPECT_EQ(plan_alone(c, 64 * KiB).forward.tile, 32 * KiB / (8 * 34));
}

TEST(Passes, LayersThatDoNotGoTogetherGoOneByOne) {
  Problem c = shared_layers({256, 256}, reflect);
  c.work.together = false;
  c.how.layers_per_pass = 5;
  c.how.layers_per_exchange = 3;
  c.how.by_fft = true;
  const PassPlan plan = plan_alone(c, 1024 * KiB);
  EXPECT_EQ(plan.forward.layers, 1);
  EXPECT_EQ(plan.transpose.layers, 1);
  EXPECT_EQ(plan.layers_per_exchange, 3); // handed on
  EXPECT_TRUE(plan.by_fft);
}

TEST(Passes, LeavesMoreToTheTilesThanToTheEdges) {
  // What wraps around recedes on both sides, as next to other ranks: 8 points for every layer.
  EXPECT_EQ(plan_alone(shared_layers({7, 300}, periodic), 1024 * KiB).forward.layers, 1);
  EXPECT_EQ(plan_alone(shared_layers({15, 300}, periodic), 1024 * KiB).forward.layers, 1);
  EXPECT_EQ(plan_alone(shared_layers({16, 300}, periodic), 1024 * KiB).forward.layers, 2);
  EXPECT_EQ(plan_alone(shared_layers({300, 47}, periodic), 1024 * KiB).forward.layers, 5);
  EXPECT_EQ(plan_alone(shared_layers({16, 300}, reflect), 1024 * KiB).forward.layers, 8);
  for (const bool wraps : {periodic, reflect}) {
    for (const auto& shape :
         std::vector<std::vector<std::int64_t>>{{1}, {1, 1}, {3, 4}, {2, 1, 5}}) {
      const PassPlan plan = plan_alone(shared_layers(shape, wraps), 1024 * KiB);
      EXPECT_EQ(plan.forward.layers, wraps ? 1 : 8);
      EXPECT_EQ(plan.forward.tile, 0);
    }
  }
}

/// Ranks with boxes of different sizes take the same layers.
TEST(Passes, RanksAgree) {
  for (const bool wraps : {periodic, reflect}) {
    for (const std::int64_t rows : {25, 49, 140, 301}) {
      for (const int ranks : {1, 2, 3, 4}) {
        Problem c = shared_layers({rows, 300}, wraps);
        c.grid.processes = {1, ranks, 1};
        c.how.cache_bytes = 400 * KiB;
        const std::int64_t least = rows / ranks, most = (rows + ranks - 1) / ranks;
        const auto plan_on = [&](std::int64_t points) {
          return plan_passes(c.work, c.grid, {1, points, 300}, 1, c.how);
        };
        EXPECT_EQ(plan_on(least).forward.layers, plan_on(most).forward.layers) << rows;
        EXPECT_EQ(plan_on(least).transpose.layers, plan_on(most).transpose.layers) << rows;
        if (ranks == 1) continue; // the smallest box decides
        EXPECT_LE(plan_on(most).forward.layers, std::max<std::int64_t>(1, least / 8));
      }
    }
  }
}

} // namespace
} // namespace nadir
