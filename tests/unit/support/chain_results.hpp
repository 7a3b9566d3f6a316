#pragma once

#include "nadir/base/error.hpp"
#include "nadir/network/chain.hpp"

#include "support/cases.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// What a chain computes forward and back, with any store of states.
namespace nadir::test {

enum class Keep { all, two };

/// Where results() looks at states and begins adjoints.
inline std::vector<std::int64_t> watched_layers(const Case& c) {
  if (c.network.layers <= 4) return {c.network.layers};
  return {4, c.network.layers};
}

/// Samples of results().
inline constexpr std::size_t chain_samples = 2;

/// Makes the store of one sample.
using Store = std::function<std::unique_ptr<StateStore>(const Layout&)>;

/// The watched states, all derivatives and lambda_0 of two samples, this rank's part; without
/// derivatives where only two states are kept. `rounded` tells the chain that the stores round.
/// Collective.
inline std::vector<double> results(const Grid& grid, const Case& c, const PassPlan& plan, Keep keep,
                                   const Store& store = {}, bool rounded = false) {
  Coefficients coefficients = random_coefficients(grid, c, 0.05, plan.layers_per_exchange);
  if (!c.network.relaxation.train) coefficients["relaxation"].fill(c.network.relaxation.init[0]);
  Coefficients bar(grid, c, Coefficients::Content::gradients, plan.layers_per_exchange);
  Chain chain(grid, c, plan);
  chain.layer().states_are_rounded(rounded);
  if (chain.layer().reads_coefficient_ghosts()) coefficients.fill_ghosts();
  const auto observations = random_observations(grid, c, chain_samples);
  std::vector<std::unique_ptr<StateStore>> kept;
  std::vector<StateStore*> states;
  for (std::size_t s = 0; s < chain_samples; ++s) {
    if (store)
      kept.push_back(store(chain.state_layout()));
    else if (keep == Keep::all)
      kept.push_back(
          std::make_unique<RevolvedStates>(chain.state_layout(), all_kept(chain.layers())));
    else
      kept.push_back(std::make_unique<LastTwoStates>(chain.state_layout()));
    states.push_back(kept.back().get());
    unpack(chain.state_layout(), observations.input_sample(static_cast<std::int64_t>(s)),
           states[s]->write(0));
  }
  const WatchedLayers watched(watched_layers(c));
  std::vector<double> all;
  const auto add = [&](const double* padded) {
    for_owned_rows(chain.state_layout(), padded,
                   [&](const double* row, std::int64_t n) { all.insert(all.end(), row, row + n); });
  };
  for (std::size_t s = 0; s < chain_samples; s += plan.samples) {
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
  for (const Parameter& p : coefficients.parameters()) {
    for (const ReproducibleSum& sum : bar.sums(p)) all.push_back(sum.value());
    for (std::int64_t b = 0; bar[p].varies_space() && b < bar[p].blocks(); ++b) {
      for_owned_rows(bar[p].layout(), bar[p].block(b), [&](const double* row, std::int64_t n) {
        all.insert(all.end(), row, row + n);
      });
    }
  }
  return all;
}

/// What a chain says of an input that is 1e130 at one point, by its global index, and else zero;
/// empty where all states are finite. Collective.
inline std::string complaint(const Grid& grid, const Case& c, const PassPlan& plan,
                             std::int64_t point) {
  Coefficients coefficients = random_coefficients(grid, c, 0.0, plan.layers_per_exchange);
  coefficients.fill_ghosts();
  Chain chain(grid, c, plan);
  LastTwoStates states(chain.state_layout());
  double* z = states.write(0);
  for_points(grid, [&](auto k, auto j, auto i, std::int64_t index) {
    z[chain.state_layout().index(k, j, i)] = index == point ? 1e130 : 0.0;
  });
  const auto problem = chain.forward(
      coefficients, states, 0, chain.layers(), [](std::int64_t, const double*) {},
      WatchedLayers(std::vector<std::int64_t>()));
  try {
    throw_if_not_finite(grid, 0, problem);
  } catch (const NumericsError& error) {
    return error.what();
  }
  return {};
}

/// Counts the states that another store is given.
class Counted final : public StateStore {
 public:
  Counted(std::unique_ptr<StateStore> states, std::int64_t& writes)
      : states_(std::move(states)), writes_(writes) {}
  double* write(std::int64_t layer) override {
    writes_ += layer > 0;
    return states_->write(layer);
  }
  double* read(std::int64_t layer) override { return states_->read(layer); }
  double* read_back(std::int64_t layer) override { return states_->read_back(layer); }
  std::int64_t layers_at_once() const override { return states_->layers_at_once(); }
  std::int64_t resume(std::int64_t layer) override { return states_->resume(layer); }
  std::int64_t held_from(std::int64_t layer) const override { return states_->held_from(layer); }

 private:
  std::unique_ptr<StateStore> states_;
  std::int64_t& writes_;
};

} // namespace nadir::test
