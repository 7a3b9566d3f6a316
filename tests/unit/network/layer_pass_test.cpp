#include "nadir/network/layer_pass.hpp"

#include "nadir/network/chain.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace nadir {
namespace {

constexpr std::size_t samples = 2;

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

enum class Keep { all, two };

/// Makes the store of one sample.
using Store = std::function<std::unique_ptr<Trajectory>(const Layout&)>;

/// Last states, all derivatives and lambda_0 of two samples, this rank's part; without derivatives
/// where only two states are kept.
std::vector<double> results(const Grid& grid, const Case& c, const PassPlan& plan, Keep keep,
                            const Store& store = {}) {
  Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
  if (!c.network.relaxation.train)
    coefficients[Parameter::relaxation].fill(c.network.relaxation.init[0]);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  Chain chain(grid, c, plan);
  const auto observations = test::random_observations(grid, c, samples);
  std::vector<std::unique_ptr<Trajectory>> kept;
  std::vector<Trajectory*> states;
  for (std::size_t s = 0; s < samples; ++s) {
    if (store)
      kept.push_back(store(chain.state_layout()));
    else if (keep == Keep::all)
      kept.push_back(std::make_unique<KeepAll>(chain.state_layout(), chain.layers()));
    else
      kept.push_back(std::make_unique<KeepTwo>(chain.state_layout()));
    states.push_back(kept.back().get());
    unpack(chain.state_layout(), observations.input_sample(static_cast<std::int64_t>(s)),
           states[s]->write(0));
  }
  const WatchedLayers watched({4, chain.layers()});
  std::vector<double> all;
  const auto add = [&](const double* padded) {
    for_owned_rows(chain.state_layout(), padded,
                   [&](const double* row, std::int64_t n) { all.insert(all.end(), row, row + n); });
  };
  for (std::size_t s = 0; s < samples; s += plan.samples) {
    const auto together = std::span(states).subspan(s, plan.samples);
    chain.forward(coefficients, together, 0, chain.layers(), watched,
                  [&](std::size_t, std::int64_t, const double* z) { add(z); });
    if (keep == Keep::two) continue;
    coefficients.fill_ghosts();
    chain.adjoint(
        coefficients, together, watched,
        [&](std::size_t, std::int64_t layer, const double* z, double* lambda) {
          for (std::size_t i = 0; i < chain.state_layout().size(); ++i)
            lambda[i] += (layer == 4 ? 0.5 : 2.0) * z[i];
        },
        bar);
    for (std::size_t k = 0; k < plan.samples; ++k) add(chain.lambda(k));
  }
  for (const auto p : all_parameters) {
    for (const ReproducibleSum& sum : bar.sums(p)) all.push_back(sum.value());
    for (std::int64_t b = 0; bar[p].varies_space() && b < bar[p].blocks(); ++b) {
      for_owned_rows(bar[p].layout(), bar[p].block(b), [&](const double* row, std::int64_t n) {
        all.insert(all.end(), row, row + n);
      });
    }
  }
  return all;
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
        for (const Keep keep : {Keep::all, Keep::two}) {
          const auto plain = results(grid, c, {}, keep);
          for (const Tiling& tiling : tilings())
            ASSERT_EQ(results(grid, c, {tiling, tiling, 1}, keep), plain)
                << shape.size() << "-D, " << tiling.layers << " layers";
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
  auto apart = results(grid, c, {}, Keep::all),
       together = results(grid, c, {{}, {}, samples}, Keep::all);
  // The states come in another order.
  std::ranges::sort(apart);
  std::ranges::sort(together);
  EXPECT_EQ(apart, together);
}

/// Where omega is the number 1, f(Z) is read from the next state: as if omega were a field of ones.
TEST(LayerPass, ReadsTheActivationFromTheNextStateWithTheSameBits) {
  for (const auto kind : {ActivationKind::identity, ActivationKind::tanh, ActivationKind::relu,
                          ActivationKind::sin}) {
    Case c = test::small_case({17, 14}, {test::reflect, test::periodic});
    c.network.layers = 9;
    c.network.activation = kind;
    test::train_all(c, true, false);
    c.network.relaxation = test::fixed({1.0});
    const Grid grid(MPI_COMM_WORLD, c.grid);
    const auto numbers = results(grid, c, {}, Keep::all);
    c.network.relaxation.varies_space = true;
    EXPECT_EQ(numbers, results(grid, c, {}, Keep::all));
  }
}

/// Counts the states that are computed.
class Counted final : public Trajectory {
 public:
  Counted(const Layout& layout, const ReversalPlan& plan, std::int64_t& writes)
      : states_(layout, plan), writes_(writes) {}
  double* write(std::int64_t layer) override {
    writes_ += layer > 0;
    return states_.write(layer);
  }
  double* read(std::int64_t layer) override { return states_.read(layer); }
  std::int64_t resume(std::int64_t layer) override { return states_.resume(layer); }
  std::int64_t held_from(std::int64_t layer) const override { return states_.held_from(layer); }

 private:
  KeepSome states_;
  std::int64_t& writes_;
};

TEST(KeepSome, GivesTheSameGradientBitForBitWithAsManyLayersAsPlanned) {
  for (const std::int64_t layers : {1, 2, 9, 40}) {
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {17, 14}}) {
      Case c = test::small_case(shape, test::boundary_choices(shape.size()).back());
      c.network.layers = layers;
      test::train_all(c, true, false);
      const Grid grid(MPI_COMM_WORLD, c.grid);
      const auto plain = results(grid, c, {}, Keep::all);
      for (const std::int64_t states : {3, 4, 6, 13}) {
        for (const Tiling& tiling : {Tiling{}, Tiling{3, 2, 4}}) {
          const ReversalPlan plan = plan_reversal(layers, states);
          std::int64_t computed = 0;
          ASSERT_EQ(results(grid, c, {tiling, tiling, 1}, Keep::all,
                            [&](const Layout& layout) {
                              return std::make_unique<Counted>(layout, plan, computed);
                            }),
                    plain)
              << layers << " layers in " << states << " states";
          EXPECT_EQ(computed, static_cast<std::int64_t>(samples) * plan.forward)
              << layers << " layers in " << states << " states, blocks of " << plan.block << ", "
              << plan.kept << " kept";
        }
      }
    }
  }
}

TEST(LayerPass, NamesTheFirstValueThatIsNotFinite) {
  Case c = test::small_case({40, 9}, {test::periodic, test::reflect});
  c.network.activation = ActivationKind::square;
  c.network.relaxation = test::fixed({1.0});
  c.network.layers = 6;
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  std::vector<std::string> messages;
  for (const Tiling& tiling : {Tiling{1, 1, 0}, Tiling{4, 2, 3}}) {
    Chain chain(grid, c, PassPlan{tiling, tiling, 1});
    KeepTwo states(chain.state_layout());
    double* z = states.write(0);
    test::for_points(grid, [&](auto k, auto j, auto i, std::int64_t index) {
      z[chain.state_layout().index(k, j, i)] = index == 17 * 9 + 5 ? 1e130 : 0.0;
    });
    const auto problem = chain.forward(
        coefficients, states, 0, 6, [](std::int64_t, const double*) {},
        WatchedLayers(std::vector<std::int64_t>()));
    try {
      throw_if_not_finite(grid, 0, problem);
      FAIL() << "nothing was found";
    } catch (const NumericsError& error) {
      messages.emplace_back(error.what());
    }
  }
  EXPECT_EQ(messages[0], messages[1]);
  EXPECT_EQ(messages[0], "the state is not finite: sample 0, layer 2, point (y, x) = (15, 5)");
}

} // namespace
} // namespace nadir
