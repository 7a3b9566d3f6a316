#include "nadir/network/deep_halo_layer.hpp"

#include "nadir/base/traffic.hpp"
#include "nadir/network/chain.hpp"
#include "nadir/network/mixed_store.hpp"

#include "support/chain_results.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

/// So many layers share an exchange, `samples` go together.
PassPlan deep(std::int64_t layers_per_exchange, std::size_t samples = 1) {
  PassPlan plan;
  plan.samples = samples;
  plan.layers_per_exchange = layers_per_exchange;
  return plan;
}

/// Wide enough for three ranks.
std::vector<std::vector<std::int64_t>> shapes() { return {{29}, {23, 21}, {17, 15, 4}}; }

constexpr std::array exchanges{2, 3};
Grid grid_for(const Case& c) { return {MPI_COMM_WORLD, c.grid, deep_ghosts(exchanges.back())}; }

TEST(DeepHaloLayer, GivesTheSameBitsAsAnExchangeForEveryLayer) {
  for (const auto& shape : shapes()) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      for (const auto tensor : {DiffusionTensor::isotropic, DiffusionTensor::full}) {
        for (const bool fields : {true, false}) {
          Case c = test::small_case(shape, boundary, tensor);
          c.network.layers = 9; // passes of 4 (watched), 5, and back: none begins where others do
          test::train_all(c, fields, false);
          if (!fields) c.network.relaxation = test::fixed({1.0}); // f is read from the next state
          const Grid grid = grid_for(c);
          for (const test::Keep keep : {test::Keep::all, test::Keep::two}) {
            const auto plain = test::results(grid, c, {}, keep);
            for (const auto layers : exchanges)
              EXPECT_EQ(test::results(grid, c, deep(layers), keep), plain)
                  << shape.size() << "-D, " << layers << " layers";
          }
          if (test::failed_somewhere()) return;
        }
      }
    }
  }
}

/// A field of omega, an activation without a derivative by value, samples together.
TEST(DeepHaloLayer, GivesTheSameBitsWithAnyActivationAndSamplesTogether) {
  for (const auto kind : {"identity", "gelu", "sin"}) {
    for (const double omega : {1.0, 0.6}) {
      Case c = test::small_case({23, 21}, {test::periodic, test::value_of(0.3)});
      c.network.layers = 8;
      c.network.activation = kind;
      c.network.relaxation = test::fixed({omega});
      c.network.relaxation.varies_space = omega != 1.0;
      c.kernel["reaction"] = test::trained({-0.1}, false, false);
      c.network.bias = test::trained({0.1}, true, false);
      const Grid grid = grid_for(c);
      const PassPlan together{{}, {}, test::chain_samples};
      const auto plain = test::results(grid, c, together, test::Keep::all);
      for (const auto layers : exchanges)
        EXPECT_EQ(test::results(grid, c, deep(layers, test::chain_samples), test::Keep::all),
                  plain);
    }
  }
}

TEST(DeepHaloLayer, GivesTheSameBitsWhereStatesAreComputedAgain) {
  Case c = test::small_case({23, 21}, {test::reflect, test::periodic});
  c.network.layers = 23;
  test::train_all(c, true, false);
  const Grid grid = grid_for(c);
  const auto plain = test::results(grid, c, {}, test::Keep::all);
  for (const std::int64_t states : {3, 4, 6, 13}) {
    const RevolvePlan plan = plan_revolve(c.network.layers, states);
    for (const auto layers : exchanges)
      EXPECT_EQ(test::results(grid, c, deep(layers), test::Keep::all,
                              [&](const Layout& layout) {
                                return std::make_unique<RevolvedStates>(layout, plan);
                              }),
                plain)
          << states << " states, " << layers << " layers";
  }
}

/// Rounded states round their ghosts too.
TEST(DeepHaloLayer, GivesTheSameBitsWithRoundedStates) {
  Case c = test::small_case({23, 21}, {test::reflect, test::periodic});
  c.network.layers = 11;
  test::train_all(c, true, false);
  const Grid grid = grid_for(c);
  StatePlan plan;
  plan.keep_all = false;
  plan.single = true;
  plan.window = 4;
  for (const std::int64_t states : {5, 12}) {
    plan.reversal = plan_revolve(c.network.layers, states);
    const auto store = [&](const Layout& layout) {
      return make_trajectory(layout, c.network.layers, plan, {}, nullptr, 0);
    };
    const auto plain = test::results(grid, c, {}, test::Keep::all, store, true);
    for (const auto layers : exchanges)
      EXPECT_EQ(test::results(grid, c, deep(layers), test::Keep::all, store, true), plain);
  }
}

/// Neighbours of this rank, over all faces.
std::int64_t neighbours(const Grid& grid) {
  std::int64_t count = 0;
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis)
    for (int side = 0; side < 2; ++side)
      count += grid.process_grid()[static_cast<std::size_t>(axis)] > 1 &&
               grid.neighbour(axis, side).has_value();
  return count;
}

TEST(DeepHaloLayer, ExchangesOncePerPass) {
  Case c = test::small_case({24, 22}, {test::periodic, test::reflect});
  c.network.layers = 10;
  test::train_all(c, true, false);
  const Grid grid = grid_for(c);
  for (const std::int64_t layers : {1, 2, 3}) {
    Coefficients coefficients = test::random_coefficients(grid, c, 0.02, layers);
    Coefficients bar(grid, c, Coefficients::Content::gradients, layers);
    coefficients.fill_ghosts();
    Chain chain(grid, c, deep(layers));
    RevolvedStates states(chain.state_layout(), all_kept(chain.layers()));
    StateStore* const one = &states;
    const WatchedLayers nobody(std::vector<std::int64_t>{});
    const std::int64_t before = traffic_sent().messages;
    chain.forward(
        coefficients, states, 0, chain.layers(), [](std::int64_t, const double*) {}, nobody);
    const std::int64_t passes = (c.network.layers + layers - 1) / layers;
    EXPECT_EQ(traffic_sent().messages - before, passes * neighbours(grid));
    chain.adjoint(
        coefficients, std::span(&one, 1), nobody,
        [](std::size_t, std::int64_t, const double*, double*) {}, bar);
    EXPECT_EQ(traffic_sent().messages - before, 2 * passes * neighbours(grid));
  }
}

TEST(DeepHaloLayer, NamesTheFirstValueThatIsNotFinite) {
  Case c = test::small_case({40, 21}, {test::periodic, test::reflect});
  c.network.activation = "square";
  c.network.relaxation = test::fixed({1.0});
  c.network.layers = 6;
  const Grid grid = grid_for(c);
  EXPECT_EQ(test::complaint(grid, c, deep(3), 17 * 21 + 5),
            "the state is not finite: sample 0, layer 2, point (y, x) = (15, 5)");
}

} // namespace
} // namespace nadir
