#include "nadir/network/tiling.hpp"

#include "nadir/base/check.hpp"

#include "support/cases.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace nadir {
namespace {

constexpr std::int64_t KiB = 1024;

/// 12 layers that share R, U and D, trained fields: 4 on two axes.
Case shared_case(std::vector<std::int64_t> shape, const BoundaryCase& boundary) {
  const std::size_t d = shape.size();
  Case c = test::small_case(std::move(shape), std::vector<BoundaryCase>(d, boundary));
  c.network.layers = 12;
  c.kernel.reaction = c.kernel.diffusion = test::trained({0.0}, true, false);
  c.kernel.advection = test::trained(std::vector<double>(d, 0.0), true, false);
  return c;
}

PassPlan plan_alone(const Case& c, std::int64_t cache, std::int64_t count = 1) {
  const Grid grid(MPI_COMM_SELF, c.grid);
  return plan_passes(grid, c, count, grid.comm(), cache);
}

/// Bytes a tile touches: of each step's states the rows of a slab and their neighbours, of the
/// other `fields` all rows the steps reach, each moved down by one.
std::int64_t bytes_of_tile(const Tiling& tiling, std::int64_t width, std::int64_t fields,
                           std::int64_t states) {
  const std::int64_t steps = tiling.layers + 1;
  return 8 * width *
         (steps * (tiling.slab + 2) * states + (tiling.layers + tiling.slab + 1) * fields);
}

TEST(Tiling, TakesLayersAndTilesThatFitTheCache) {
  const Case c = shared_case({256, 1024}, test::reflect);
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

TEST(Tiling, GrowsWithTheCache) {
  for (const Case& c :
       {shared_case({256, 1024}, test::reflect), shared_case({80, 64, 64}, test::periodic)}) {
    const std::int64_t rest = c.grid.dimension() == 3 ? 64 : 1, width = c.grid.shape[1];
    Tiling before{1, 1, 1};
    for (std::int64_t cache = 64 * KiB; cache <= 64 * 1024 * KiB; cache *= 2) {
      const PassPlan plan = plan_alone(c, cache);
      const Tiling& now = plan.forward;
      EXPECT_GE(now.layers, before.layers);
      EXPECT_GE(now.layers, plan.transpose.layers);
      EXPECT_LE(now.layers, 8);
      const std::int64_t fields = c.grid.dimension() + 2;
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

TEST(Tiling, NarrowTilesAreNotWorthIt) {
  EXPECT_EQ(plan_alone(shared_case({256, 1024}, test::reflect), 16 * KiB).forward.layers, 1);
  EXPECT_EQ(plan_alone(shared_case({64, 64, 64}, test::reflect), 64 * KiB).forward.layers, 1);
  // 8 layers of 8 (10 x 5 + 9 x 3) = 616 bytes a point, 64 points each: 13.
  const Tiling tiling = plan_alone(shared_case({64, 64, 64}, test::reflect), 1024 * KiB).forward;
  EXPECT_EQ(tiling.layers, 8);
  EXPECT_EQ(tiling.tile, 13);
  EXPECT_EQ(tiling.slab, 1);
}

TEST(Tiling, TheCaseDecides) {
  Case c = shared_case({256, 1024}, test::reflect);
  c.run.tile = 300;
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.layers, 7); // chosen
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.tile, 300);
  EXPECT_EQ(plan_alone(c, 256 * KiB).transpose.tile, 300);
  c.run.layers_per_pass = 5;
  c.run.tile = 64;
  for (const auto& tiling :
       {plan_alone(c, 256 * KiB).forward, plan_alone(c, 256 * KiB).transpose}) {
    EXPECT_EQ(tiling.layers, 5);
    EXPECT_EQ(tiling.tile, 64);
    EXPECT_EQ(tiling.slab, 4);
  }
  c.run.tile = 2000; // wider than the grid
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.tile, 0);
  c.run.layers_per_pass = 100;
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.layers, 12);
  c.run.layers_per_pass = 1;
  EXPECT_EQ(plan_alone(c, 256 * KiB).forward.layers, 1);
}

TEST(Tiling, SamplesTogetherNeedNarrowerTiles) {
  Case c = shared_case({256, 1024}, test::reflect);
  c.run.samples_per_pass = 3;
  c.run.layers_per_pass = 2;
  // 8 (4 x 4 + 3 x 3 x 3) bytes a point.
  EXPECT_EQ(plan_alone(c, 64 * KiB, 5).samples, 3u);
  EXPECT_EQ(plan_alone(c, 64 * KiB, 5).forward.tile, 32 * KiB / (8 * 43));
  EXPECT_EQ(plan_alone(c, 64 * KiB, 2).samples, 2u);
  EXPECT_EQ(plan_alone(c, 64 * KiB, 2).forward.tile, 32 * KiB / (8 * 34));
}

TEST(Tiling, LayersWithCoefficientsOfTheirOwnGoOneByOne) {
  for (const auto p : all_parameters) {
    for (const bool space : {true, false}) {
      Case c = shared_case({256, 256}, test::reflect);
      if (components_of(c, p) == 0) continue; // of another kernel
      test::spec_of(c, p).varies_layer = true;
      test::spec_of(c, p).varies_space = space;
      c.run.layers_per_pass = 5;
      const PassPlan plan = plan_alone(c, 1024 * KiB);
      EXPECT_EQ(plan.forward.layers, 1) << name_of(p);
      EXPECT_EQ(plan.transpose.layers, 1) << name_of(p);
    }
  }
}

TEST(Tiling, SamplesGoTogetherOnlyWhereNoSumChanges) {
  Case c = shared_case({6, 7}, test::reflect);
  EXPECT_EQ(samples_per_pass(c, 20), 1); // they share the layers' coefficients already
  test::train_all(c, true, true);
  EXPECT_EQ(samples_per_pass(c, 20), 8);
  EXPECT_EQ(samples_per_pass(c, 5), 5);
  c.kernel.reaction.varies_layer = false; // its gradient sums over samples in their order
  EXPECT_EQ(samples_per_pass(c, 20), 1);
  c.kernel.reaction.train = false;
  EXPECT_EQ(samples_per_pass(c, 20), 8);
  c.run.samples_per_pass = 3;
  EXPECT_EQ(samples_per_pass(c, 20), 3);
  EXPECT_EQ(samples_per_pass(c, 0), 1);
  test::train_all(c, false, true); // numbers: nothing to share
  c.run.samples_per_pass = 0;
  EXPECT_EQ(samples_per_pass(c, 20), 1);
}

TEST(Tiling, LeavesMoreToTheTilesThanToTheEdges) {
  // What wraps around recedes on both sides, as next to other ranks: 8 points for every layer.
  EXPECT_EQ(plan_alone(shared_case({7, 300}, test::periodic), 1024 * KiB).forward.layers, 1);
  EXPECT_EQ(plan_alone(shared_case({15, 300}, test::periodic), 1024 * KiB).forward.layers, 1);
  EXPECT_EQ(plan_alone(shared_case({16, 300}, test::periodic), 1024 * KiB).forward.layers, 2);
  EXPECT_EQ(plan_alone(shared_case({300, 47}, test::periodic), 1024 * KiB).forward.layers, 5);
  EXPECT_EQ(plan_alone(shared_case({16, 300}, test::reflect), 1024 * KiB).forward.layers, 8);
  for (const auto& boundary : {test::periodic, test::reflect}) {
    for (const auto& shape :
         std::vector<std::vector<std::int64_t>>{{1}, {1, 1}, {3, 4}, {2, 1, 5}}) {
      const PassPlan plan = plan_alone(shared_case(shape, boundary), 1024 * KiB);
      EXPECT_EQ(plan.forward.layers, boundary.kind == BoundaryKind::periodic ? 1 : 8);
      EXPECT_EQ(plan.forward.tile, 0);
    }
  }
}

/// Ranks with boxes and caches of different sizes take the same layers.
TEST(Tiling, RanksAgree) {
  for (const auto& boundary : {test::periodic, test::reflect}) {
    for (const std::int64_t rows : {25, 49, 140, 301}) {
      const Case c = shared_case({rows, 300}, boundary);
      const Grid grid(MPI_COMM_WORLD, c.grid);
      const std::int64_t mine = (600 - 100 * test::world_rank()) * KiB;
      const std::int64_t least = (700 - 100 * test::world_size()) * KiB;
      const PassPlan plan = plan_passes(grid, c, 1, grid.comm(), mine);
      const std::array here{plan.forward.layers, plan.transpose.layers};
      std::array low = here, high = here;
      check_mpi(MPI_Allreduce(MPI_IN_PLACE, low.data(), 2, MPI_INT64_T, MPI_MIN, grid.comm()));
      check_mpi(MPI_Allreduce(MPI_IN_PLACE, high.data(), 2, MPI_INT64_T, MPI_MAX, grid.comm()));
      EXPECT_EQ(low, high) << rows << " rows";
      EXPECT_EQ(plan.forward.layers, plan_passes(grid, c, 1, grid.comm(), least).forward.layers);
      EXPECT_EQ(plan.forward.tile, plan_passes(grid, c, 1, grid.comm(), least).forward.tile);
      for (std::size_t a = 1; a < 3; ++a) { // the smallest box decides
        if (grid.process_grid()[a] == 1) continue;
        EXPECT_LE(plan.forward.layers,
                  std::max<std::int64_t>(1, grid.shape()[a] / grid.process_grid()[a] / 8));
      }
    }
  }
}

TEST(Tiling, ThisMachineHasACache) { EXPECT_GT(cache_of_core(), 10 * KiB); }

} // namespace
} // namespace nadir
