#include "nadir/network/mixed_store.hpp"

#include "nadir/output/scratch_file.hpp"

#include "support/allocations.hpp"
#include "support/chain_results.hpp"
#include "support/files.hpp"
#include "support/plans.hpp"
#include "support/sanitized.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

/// What MixedStates is to give: all states, and for the way back their rounded copies.
class RoundedCopies final : public StateStore {
 public:
  RoundedCopies(const Layout& layout, std::int64_t layers, std::vector<std::int64_t> exact)
      : states_(layout, all_kept(layers)), copies_(layout, all_kept(layers)), size_(layout.size()),
        exact_(std::move(exact)) {}
  double* write(std::int64_t layer) override { return states_.write(layer); }
  double* read(std::int64_t layer) override { return states_.read(layer); }
  double* read_back(std::int64_t layer) override {
    if (std::ranges::binary_search(exact_, layer)) return read(layer);
    double* copy = copies_.write(layer);
    for (std::size_t i = 0; i < size_; ++i) copy[i] = static_cast<float>(states_.read(layer)[i]);
    return copy;
  }

 private:
  RevolvedStates states_, copies_;
  std::size_t size_;
  std::vector<std::int64_t> exact_;
};

/// A small case of so many layers, its targets where results() looks.
Case layered_case(const std::vector<std::int64_t>& shape, std::int64_t layers, bool fields) {
  Case c = test::small_case(shape, test::boundary_choices(shape.size()).back());
  c.network.layers = layers;
  test::train_all(c, fields, false);
  if (!fields) c.network.relaxation = test::fixed({1.0}); // f might be read from the next state
  c.data.targets.clear();
  for (const auto layer : test::watched_layers(c)) c.data.targets.emplace_back().layer = layer;
  return c;
}

StatePlan plan_for(const Grid& grid, const Case& c, double states) {
  return test::plan_in_room(c, grid.owned().count, 1, states);
}

/// results() with the stores of a plan, and the layers computed forward.
struct Outcome {
  std::vector<double> values;
  std::int64_t computed = 0;
};
Outcome outcome(const Grid& grid, const Case& c, const StatePlan& plan, const Tiling& tiling,
                ScratchFile* scratch, std::size_t together = 1) {
  Outcome result;
  std::size_t made = 0;
  result.values = test::results(
      grid, c, {tiling, tiling, together}, test::Keep::all,
      [&](const Layout& layout) {
        const auto first = made++ * static_cast<std::size_t>(plan.states_on_disk());
        return std::make_unique<test::Counted>(make_trajectory(layout, c.network.layers, plan,
                                                               test::watched_layers(c), scratch,
                                                               first),
                                               result.computed);
      },
      plan.single);
  return result;
}

std::unique_ptr<ScratchFile> scratch_for(const Grid& grid, const Case& c, const StatePlan& plan) {
  const auto states = test::chain_samples * static_cast<std::size_t>(plan.states_on_disk());
  if (states == 0) return nullptr;
  return std::make_unique<ScratchFile>(testing::TempDir(), states,
                                       Layout(grid, state_ghosts(c)).size());
}

/// Calls use(case) for some lengths, shapes, and forms of the coefficients.
template<class Use> void for_cases(Use use) {
  for (const std::int64_t layers : {1, 2, 9, 40}) {
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {17, 14}}) {
      for (const bool fields : {true, false})
        if (fields || !test::sanitized) use(layered_case(shape, layers, fields));
    }
  }
}

std::vector<Tiling> some_tilings() { return {Tiling{}, Tiling{3, 2, 4}, Tiling{8, 1, 0}}; }

TEST(MixedStates, OnDiskGivesTheSameGradientBitForBitAndNoLayerIsComputedThrice) {
  for_cases([](Case c) {
    c.run.scratch = testing::TempDir();
    const Grid grid(MPI_COMM_WORLD, c.grid);
    const auto plain = test::results(grid, c, {}, test::Keep::all);
    for (const double states : {3.0, 4.0, 6.0, 13.0}) {
      const StatePlan plan = plan_for(grid, c, states);
      EXPECT_LE(plan.repetition(), 2) << states;
      const auto scratch = scratch_for(grid, c, plan);
      for (const Tiling& tiling : some_tilings()) {
        const Outcome found = outcome(grid, c, plan, tiling, scratch.get());
        EXPECT_EQ(found.values, plain) << c.network.layers << " layers, " << states;
        if (plan.on_disk) {
          EXPECT_EQ(found.computed,
                    static_cast<std::int64_t>(test::chain_samples) * plan.reversal.forward);
        }
      }
      EXPECT_TRUE(!scratch || scratch->problem().empty());
      if (test::failed_somewhere()) return;
    }
    EXPECT_EQ(plan_for(grid, c, 3).on_disk, c.network.layers > 2);
  });
}

TEST(MixedStates, RoundsAllThatTheAdjointReadsWhateverIsComputedAgain) {
  for_cases([](Case c) {
    c.run.single_states = true;
    const Grid grid(MPI_COMM_WORLD, c.grid);
    const auto plain = test::results(grid, c, {}, test::Keep::all);
    const auto rounded = test::results(
        grid, c, {}, test::Keep::all,
        [&](const Layout& layout) {
          return std::make_unique<RoundedCopies>(layout, c.network.layers, test::watched_layers(c));
        },
        true);
    for (const double states : {6.0, 7.5, 9.0, 14.0, 1000.0}) {
      for (const bool disk : {false, true}) {
        c.run.scratch = disk ? testing::TempDir() : "";
        const StatePlan plan = plan_for(grid, c, states);
        EXPECT_EQ(plan.single, c.network.layers > 2); // else it would take no less
        EXPECT_LE(plan.room(c.network.layers), states);
        const auto scratch = scratch_for(grid, c, plan);
        for (const Tiling& tiling : some_tilings()) {
          const Outcome found = outcome(grid, c, plan, tiling, scratch.get());
          EXPECT_EQ(found.values, plan.single ? rounded : plain)
              << c.network.layers << " layers, " << states << ", disk " << disk;
          EXPECT_EQ(found.computed, static_cast<std::int64_t>(test::chain_samples) *
                                        (plan.keep_all ? c.network.layers : plan.reversal.forward));
        }
        if (test::failed_somewhere()) return;
      }
    }
    if (c.network.layers == 1) return;
    EXPECT_NE(rounded, plain);
    for (std::size_t i = 0; i < plain.size(); ++i)
      EXPECT_NEAR(rounded[i], plain[i], 1e-5 * (1 + std::abs(plain[i])));
  });
}

/// 1 - f^2 from a rounded f would have no more than three digits here.
TEST(MixedStates, LeavesTheDerivativeItsDigitsWhereActivationsAreSaturated) {
  Case c = layered_case({29}, 9, false);
  c.kernel["reaction"] = test::fixed({5.0}); // f(6 z): f' is about 2e-5
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const auto points = static_cast<std::size_t>(grid.owned().points());
  const auto lambda = [&](std::size_t k, const std::vector<double>& values) {
    return values[2 * points + k]; // after the watched states of the first sample
  };
  const auto plain = test::results(grid, c, {}, test::Keep::all);
  c.run.single_states = true;
  const auto rounded = outcome(grid, c, plan_for(grid, c, 1000), {}, nullptr).values;
  for (std::size_t k = 0; k < points; ++k)
    EXPECT_NEAR(lambda(k, rounded) / lambda(k, plain), 1, 1e-4);
}

TEST(MixedStates, TakesSamplesTogether) {
  Case c = layered_case({17, 14}, 25, true);
  test::train_all(c, true, true);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const PassPlan passes{{}, {}, test::chain_samples};
  const auto plain = test::results(grid, c, passes, test::Keep::all);
  c.run.scratch = testing::TempDir();
  const StatePlan plan = plan_for(grid, c, 6);
  ASSERT_TRUE(plan.on_disk);
  const auto scratch = scratch_for(grid, c, plan);
  EXPECT_EQ(outcome(grid, c, plan, {}, scratch.get(), test::chain_samples).values, plain);
}

/// Allocations of a value and a gradient after the first of them.
std::int64_t allocations_of(std::int64_t layers, const Tiling& tiling, bool single, bool disk) {
  Case c = layered_case({24, 13}, layers, true);
  c.run.single_states = single;
  c.run.scratch = disk ? testing::TempDir() : "";
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.02);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  Chain chain(grid, c, PassPlan{tiling, tiling, 1});
  const StatePlan plan = plan_for(grid, c, 9);
  const auto scratch = scratch_for(grid, c, plan);
  const auto states =
      make_trajectory(chain.state_layout(), layers, plan, test::watched_layers(c), scratch.get());
  StateStore* const one = states.get();
  const WatchedLayers watched(test::watched_layers(c));
  const Chain::Observer observe = [](std::size_t, std::int64_t, const double*) {};
  const Chain::AdjointSource seed = [](std::size_t, std::int64_t, const double*, double*) {};
  coefficients.fill_ghosts();
  std::fill_n(one->write(0), chain.state_layout().size(), 0.1);
  std::int64_t before = 0;
  for (int round = 0; round < 2; ++round) {
    before = test::allocations();
    std::fill_n(one->write(0), chain.state_layout().size(), 0.1);
    chain.forward(coefficients, std::span(&one, 1), 0, layers, watched, observe);
    chain.adjoint(coefficients, std::span(&one, 1), watched, seed, bar);
  }
  return test::allocations() - before;
}

TEST(MixedStates, AllocatesNothingHoweverManyLayersThereAre) {
  for (const Tiling& tiling : {Tiling{}, Tiling{4, 3, 5}}) {
    for (const auto& [single, disk] : {std::pair(true, false), {false, true}, {true, true}})
      EXPECT_EQ(allocations_of(80, tiling, single, disk), allocations_of(20, tiling, single, disk))
          << single << disk;
  }
}

} // namespace
} // namespace nadir
