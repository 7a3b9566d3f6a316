#include "nadir/network/layer_pass.hpp"

#include "nadir/network/chain.hpp"

#include "support/chain_results.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <map>

namespace nadir {
namespace {

std::vector<Tiling> tilings() { return {{2, 3, 0}, {3, 1, 4}, {5, 2, 3}, {7, 4, 5}}; }

TEST(LayerPass, ComputesEveryPointOfEveryStepOnceAfterWhatItNeeds) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {17, 14}, {11, 9, 4}}) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      const Case c = test::small_case(shape, boundary);
      const Grid grid(MPI_COMM_SELF, c.grid);
      for (const Tiling& tiling : tilings()) {
        const LayerPass pass(grid, tiling);
        std::map<Extents, std::int64_t> step; // how far each point is
        const auto compute = [&](std::int64_t k, const Box& box) {
          for (std::int64_t p = 0; p < box.points(); ++p) {
            const Extents at{box.start[0] + p / box.count[2] / box.count[1],
                             box.start[1] + p / box.count[2] % box.count[1],
                             box.start[2] + p % box.count[2]};
            ASSERT_EQ(step[at]++, k - 1);
            for (std::size_t a = 0; a < 3; ++a) {
              for (const int side : {-1, 1}) {
                Extents next = at;
                next[a] += side;
                // In place two steps later: a neighbour may be at most one step ahead.
                const bool inside = next[a] >= 0 && next[a] < pass.owned().count[a];
                if (inside) {
                  ASSERT_GE(step[next], k - 1);
                  ASSERT_LE(step[next], k);
                }
              }
            }
          }
        };
        pass.for_slabs(
            tiling.layers, [&](auto k, auto at) { compute(k, pass.part(pass.region(k), at, k)); },
            [](auto, auto) {});
        for (std::int64_t k = 1; k <= tiling.layers; ++k)
          pass.for_edges(k, [&](const Box& edge) { compute(k, edge); });
        EXPECT_EQ(static_cast<std::int64_t>(step.size()), grid.points());
        for (const auto& [at, k] : step) EXPECT_EQ(k, tiling.layers);
      }
    }
  }
}

TEST(LayerPass, GivesTheSameBitsHoweverItIsCut) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {17, 14}, {11, 9, 8}}) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      for (const bool fields : {true, false}) {
        Case c = test::small_case(shape, boundary, DiffusionTensor::full);
        c.network.layers = 9;
        test::train_all(c, fields, false);
        if (!fields) c.network.relaxation = test::fixed({1.0});
        const Grid grid(MPI_COMM_WORLD, c.grid);
        for (const test::Keep keep : {test::Keep::all, test::Keep::two}) {
          const auto plain = test::results(grid, c, {}, keep);
          for (const Tiling& tiling : tilings())
            EXPECT_EQ(test::results(grid, c, {tiling, tiling, 1}, keep), plain)
                << shape.size() << "-D, " << tiling.layers << " layers";
          if (test::failed_somewhere()) return;
        }
      }
    }
  }
}

TEST(LayerPass, TakesSamplesTogetherWithTheSameBitsWhereLayersHaveTheirOwnCoefficients) {
  Case c = test::small_case({17, 14}, {test::periodic, test::reflect});
  c.network.layers = 5;
  test::train_all(c, true, true);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  auto apart = test::results(grid, c, {}, test::Keep::all),
       together = test::results(grid, c, {{}, {}, test::chain_samples}, test::Keep::all);
  // The states come in another order.
  std::ranges::sort(apart);
  std::ranges::sort(together);
  EXPECT_EQ(apart, together);
}

/// Sums over all points do not depend on the order of the samples.
TEST(LayerPass, TakesLayersAndSamplesTogetherWithTheSameBitsWhereCoefficientsAreNumbers) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {17, 14}}) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      Case c = test::small_case(shape, boundary);
      c.network.layers = 9;
      test::train_all(c, false, false);
      const Grid grid(MPI_COMM_WORLD, c.grid);
      auto apart = test::results(grid, c, {}, test::Keep::all);
      std::ranges::sort(apart); // the states come in another order
      for (const Tiling& tiling : tilings()) {
        auto together =
            test::results(grid, c, {tiling, tiling, test::chain_samples}, test::Keep::all);
        std::ranges::sort(together);
        EXPECT_EQ(apart, together) << shape.size() << "-D, " << tiling.layers << " layers";
      }
      if (test::failed_somewhere()) return;
    }
  }
}

/// Where omega is the number 1, f(Z) is read from the next state: as if omega were a field of ones.
/// Where it is another number it must not be.
TEST(LayerPass, ReadsTheActivationFromTheNextStateWithTheSameBits) {
  for (const Activation f : Activation::all()) {
    if (!activation_rows(f).adjoint_of_value && f != "sin") continue;
    Case c = test::small_case({17, 14}, {test::reflect, test::periodic});
    c.network.layers = 9;
    c.network.activation = f;
    test::train_all(c, true, false);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    for (const double omega : {1.0, 0.6}) {
      c.network.relaxation = test::fixed({omega});
      const auto numbers = test::results(grid, c, {}, test::Keep::all);
      c.network.relaxation.varies_space = true;
      EXPECT_EQ(numbers, test::results(grid, c, {}, test::Keep::all))
          << f->name << ", omega = " << omega;
    }
  }
}

TEST(RevolvedStates, GivesTheSameGradientBitForBitWithAsManyLayersAsPlanned) {
  for (const std::int64_t layers : {1, 2, 9, 40}) {
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {17, 14}}) {
      Case c = test::small_case(shape, test::boundary_choices(shape.size()).back());
      c.network.layers = layers;
      test::train_all(c, true, false);
      const Grid grid(MPI_COMM_WORLD, c.grid);
      const auto plain = test::results(grid, c, {}, test::Keep::all);
      for (const std::int64_t states : {3, 4, 6, 13}) {
        for (const Tiling& tiling : {Tiling{}, Tiling{3, 2, 4}}) {
          const RevolvePlan plan = plan_revolve(layers, states);
          std::int64_t computed = 0;
          EXPECT_EQ(test::results(grid, c, {tiling, tiling, 1}, test::Keep::all,
                                  [&](const Layout& layout) {
                                    return std::make_unique<test::Counted>(
                                        std::make_unique<RevolvedStates>(layout, plan), computed);
                                  }),
                    plain)
              << layers << " layers in " << states << " states";
          EXPECT_EQ(computed, static_cast<std::int64_t>(test::chain_samples) * plan.forward)
              << layers << " layers in " << states << " states, blocks of " << plan.block << ", "
              << plan.kept << " kept";
          if (test::failed_somewhere()) return;
        }
      }
    }
  }
}

TEST(LayerPass, NamesTheFirstValueThatIsNotFinite) {
  Case c = test::small_case({40, 9}, {test::periodic, test::reflect});
  c.network.activation = "square";
  c.network.relaxation = test::fixed({1.0});
  c.network.layers = 6;
  const Grid grid(MPI_COMM_WORLD, c.grid);
  for (const Tiling& tiling : {Tiling{1, 1, 0}, Tiling{4, 2, 3}})
    EXPECT_EQ(test::complaint(grid, c, {tiling, tiling, 1}, 17 * 9 + 5),
              "the state is not finite: sample 0, layer 2, point (y, x) = (15, 5)");
}

} // namespace
} // namespace nadir
