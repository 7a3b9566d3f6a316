#include "nadir/plan/plan.hpp"

#include "support/workloads.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

constexpr double GiB = 1024.0 * 1024 * 1024;

/// 1024 layers of a large grid, trained.
Workload large_workload() {
  Workload w = test::small_workload({4096, 4096});
  test::train_all(w, true, false);
  w.purpose = Purpose::train;
  w.layers = 1024;
  return w;
}

TEST(Plan, IsForMachinesOfAnySize) {
  const Workload w = large_workload();
  const Plan on_many = plan(w, {.ranks = 8192, .memory_per_rank = 4 * GiB});
  EXPECT_TRUE(on_many.states.keep_all);
  EXPECT_EQ(on_many.processes[0] * on_many.processes[1] * on_many.processes[2], 8192);
  EXPECT_EQ(on_many.box, largest_box(w.shape, on_many.processes));
  EXPECT_FALSE(memory_problem(w, {.ranks = 8192, .memory_per_rank = 4 * GiB}, on_many));
  const Machine few{.ranks = 4, .memory_per_rank = 32 * GiB};
  const Plan on_few = plan(w, few);
  EXPECT_FALSE(on_few.states.keep_all); // 1025 states of 32 MiB each
  EXPECT_LE(on_few.memory.total(), 0.9 * few.memory_per_rank);
  EXPECT_FALSE(memory_problem(w, few, on_few));
}

TEST(Plan, GhostsAreThoseOfTheExchange) {
  Workload w = test::small_workload({128, 128});
  w.layers = 100;
  const Plan chosen = plan(w, {.ranks = 16});
  EXPECT_GE(chosen.layers.layers_per_exchange, 2);
  EXPECT_EQ(chosen.ghosts.states, deep_ghosts(chosen.layers.layers_per_exchange));
  EXPECT_EQ(chosen.ghosts.coefficients, chosen.ghosts.states);
  w.purpose = Purpose::attractor; // whose layers are asked for one by one
  EXPECT_EQ(plan(w, {.ranks = 16}).layers.layers_per_exchange, 1);
  EXPECT_EQ(plan(w, {.ranks = 16}).ghosts.coefficients, 2);
}

TEST(Plan, OnlyGradientsShareSamplesAmongGroups) {
  Workload w = test::small_workload({32, 32});
  w.samples = 64;
  w.layers = 16;
  EXPECT_EQ(plan(w, {.ranks = 16}).states.groups, 16);
  w.purpose = Purpose::forward;
  EXPECT_EQ(plan(w, {.ranks = 16}).states.groups, 1);
}

TEST(Plan, AConvolutionIsComputedTheQuickerWayWhereThatIsOpen) {
  Workload w = test::small_workload({128, 128});
  const ConvolutionCosts quick_fft{2.0, 1.0}, slow_fft{1.0, 2.0};
  EXPECT_FALSE(may_choose_convolution(w)); // of another kernel
  EXPECT_FALSE(chosen_fft(w, quick_fft));
  w.two_ways = true;
  EXPECT_TRUE(may_choose_convolution(w));
  EXPECT_FALSE(chosen_fft(w, std::nullopt)); // nobody has measured
  EXPECT_TRUE(chosen_fft(w, quick_fft));
  EXPECT_FALSE(chosen_fft(w, slow_fft));
  w.wishes.convolution = Convolution::stencil;
  EXPECT_FALSE(chosen_fft(w, quick_fft));
  w.wishes.convolution = Convolution::fft;
  EXPECT_FALSE(may_choose_convolution(w));
  EXPECT_TRUE(chosen_fft(w, slow_fft));
  EXPECT_EQ(plan(w, {.ranks = 16}).layers.layers_per_exchange, 1); // its layers go one by one
  EXPECT_TRUE(plan(w, {.ranks = 16}).layers.by_fft);
}

TEST(Plan, WishesAndCachesAreHandedOn) {
  Workload w = test::small_workload({64, 64});
  w.wishes.layers_per_pass = 3;
  w.wishes.tile = 17;
  const LayerPlan layers = plan(w, {.cache_bytes = 12345}).layers;
  EXPECT_EQ(layers.layers_per_pass, 3);
  EXPECT_EQ(layers.tile, 17);
  EXPECT_EQ(layers.cache_bytes, 12345);
}

TEST(Plan, SaysWhichExchangesBoxesAreTooSmallFor) {
  Workload w = test::small_workload({40, 12});
  w.layers = 100;
  w.wishes.layers_per_exchange = 7;
  EXPECT_EQ(exchange_problem(w, {.ranks = 4})->text,
            "7 layers need ghosts 13 points wide, more than each of 4 ranks has of every axis that "
            "is cut; use 5 or less");
  w.wishes.layers_per_exchange = 5;
  EXPECT_FALSE(exchange_problem(w, {.ranks = 4}));
  w.wishes.layers_per_exchange = 7;
  EXPECT_FALSE(exchange_problem(w, {.ranks = 1})); // nothing is cut
}

} // namespace
} // namespace nadir
