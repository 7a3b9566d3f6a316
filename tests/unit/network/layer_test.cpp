#include "nadir/network/layer.hpp"

#include "nadir/network/chain.hpp"

#include "support/allocations.hpp"
#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace nadir {
namespace {

TEST(Shell, AndCoreCoverEveryPointOnce) {
  for (const Extents n :
       {Extents{1, 1, 9}, Extents{1, 5, 4}, Extents{6, 5, 7}, Extents{3, 1, 2}, Extents{2, 2, 2}}) {
    Box box;
    box.count = n;
    for (const Thickness& thickness :
         {Thickness{{{0, 0}, {0, 0}, {1, 1}}}, Thickness{{{0, 0}, {2, 2}, {2, 2}}},
          Thickness{{{1, 2}, {0, 1}, {2, 0}}}}) {
      std::vector<Box> boxes;
      boxes.push_back(for_shell(box, thickness, [&](const Box& part) { boxes.push_back(part); }));
      std::multiset<Extents> points;
      for (const Box& b : boxes) {
        for (std::int64_t z = 0; z < b.count[0]; ++z) {
          for (std::int64_t y = 0; y < b.count[1]; ++y) {
            for (std::int64_t x = 0; x < b.count[2]; ++x)
              points.insert({b.start[0] + z, b.start[1] + y, b.start[2] + x});
          }
        }
      }
      EXPECT_EQ(points.size(), static_cast<std::size_t>(box.points()));
      EXPECT_EQ(std::set<Extents>(points.begin(), points.end()).size(), points.size());
    }
  }
}

TEST(Layer, ExchangesOnceForwardAndOnceBack) {
  Case c = test::small_case({12, 13}, {test::periodic, test::reflect});
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.02);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  Chain chain(grid, c);
  KeepAll states(chain.state_layout(), chain.layers());
  const auto nothing = [](std::int64_t, const double*) {};
  chain.forward(coefficients, states, 0, chain.layers(), nothing);
  const std::int64_t forward = chain.layer().messages_sent();
  Trajectory* const one = &states;
  coefficients.fill_ghosts();
  chain.adjoint(
      coefficients, std::span(&one, 1), WatchedLayers(std::vector<std::int64_t>()),
      [](std::size_t, std::int64_t, const double*, double*) {}, bar);
  EXPECT_EQ(chain.layer().messages_sent(), 2 * forward);
  EXPECT_LE(forward, 2 * grid.dimension() * chain.layers());
}

/// Allocations of a value and a gradient after the first of them.
std::int64_t allocations_of(std::int64_t layers, const Tiling& tiling) {
  Case c = test::small_case({24, 13}, {test::periodic, test::reflect});
  c.network.layers = layers;
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.02);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  Chain chain(grid, c, PassPlan{tiling, tiling, 1});
  KeepAll states(chain.state_layout(), layers);
  Trajectory* const one = &states;
  const WatchedLayers last(std::vector<std::int64_t>{layers});
  const Chain::Observer observe = [](std::size_t, std::int64_t, const double*) {};
  const Chain::Seed seed = [](std::size_t, std::int64_t, const double*, double*) {};
  coefficients.fill_ghosts();
  std::int64_t before = 0;
  for (int round = 0; round < 2; ++round) {
    before = test::allocations();
    chain.forward(coefficients, std::span(&one, 1), 0, layers, last, observe);
    chain.adjoint(coefficients, std::span(&one, 1), last, seed, bar);
  }
  return test::allocations() - before;
}

TEST(Layer, AllocatesNothingHoweverManyThereAre) {
  for (const Tiling& tiling : {Tiling{}, Tiling{4, 3, 5}})
    EXPECT_EQ(allocations_of(40, tiling), allocations_of(5, tiling));
#ifndef __SANITIZE_ADDRESS__
  EXPECT_GT(test::allocations(), 0); // they are counted
#endif
}

} // namespace
} // namespace nadir
