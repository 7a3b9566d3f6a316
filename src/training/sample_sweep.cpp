#include "nadir/training/sample_sweep.hpp"

#include "nadir/network/mixed_store.hpp"

#include <algorithm>

namespace nadir {
namespace {

WatchedLayers layers_of(const Observations& observations) {
  std::vector<std::int64_t> layers;
  for (const Target& target : observations.targets) layers.push_back(target.layer);
  return WatchedLayers(std::move(layers));
}

} // namespace

SampleSweep::SampleSweep(Network& network, const Coefficients& coefficients,
                         const Observations& observations, const ProblemSpec& c,
                         const StatePlan& plan)
    : network_(network), coefficients_(coefficients), observations_(observations),
      misfit_(network.state_layout(), observations, c.loss.reduction),
      target_layers_(layers_of(observations)) {
  hold_states(plan);
}

void SampleSweep::hold_states(const StatePlan& plan) {
  all_states_.clear();
  plan_ = plan;
  network_.layer().states_are_rounded(plan.single);
}

void SampleSweep::open_scratch(const std::string& folder) {
  const std::size_t states =
      network_.samples_at_once() * static_cast<std::size_t>(plan_.states_on_disk());
  scratch_.emplace(folder, states, network_.state_layout().size());
}

std::vector<StateStore*> SampleSweep::trajectories(std::int64_t count, bool to_go_back) {
  auto& kept = to_go_back ? all_states_ : two_states_;
  const Layout& layout = network_.state_layout();
  const auto make = [&](std::size_t k) -> std::unique_ptr<StateStore> {
    if (!to_go_back) return std::make_unique<LastTwoStates>(layout);
    return make_trajectory(layout, network_.layers(), plan_, target_layers_.listed(),
                           scratch_ ? &*scratch_ : nullptr,
                           k * static_cast<std::size_t>(plan_.states_on_disk()));
  };
  std::vector<StateStore*> result;
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    if (k == kept.size()) kept.push_back(make(k));
    result.push_back(kept[k].get());
  }
  return result;
}

std::int64_t SampleSweep::passes() const {
  const auto together = static_cast<std::int64_t>(network_.samples_at_once());
  std::int64_t passes = 0;
  for (std::int64_t first = 0; first < observations_.samples; first += plan_.per_leaf)
    passes += pieces(std::min(plan_.per_leaf, observations_.samples - first), together);
  return passes;
}

void SampleSweep::run(BufferedSum& misfit, PairwiseSum* tree, std::int64_t first_leaf,
                      const Network::Pulse& pulse) {
  problem_.reset();
  const auto together = static_cast<std::int64_t>(network_.samples_at_once());
  for (std::int64_t leaf = 0; leaf < leaves(); ++leaf) {
    Coefficients* gradient = nullptr;
    if (tree) {
      gradient = &tree->add({first_leaf + leaf, first_leaf + leaf + 1});
      gradient->set_zero();
    }
    const std::int64_t end = std::min((leaf + 1) * plan_.per_leaf, observations_.samples);
    for (std::int64_t s = leaf * plan_.per_leaf; s < end; s += together)
      run_pass(s, std::min(together, end - s), misfit, gradient, pulse);
    if (tree) tree->join();
  }
}

/// Forward through some samples together, back where a gradient is wanted.
void SampleSweep::run_pass(std::int64_t first, std::int64_t count, BufferedSum& misfit,
                           Coefficients* gradient, const Network::Pulse& pulse) {
  const auto sample = [&](std::size_t s) { return first + static_cast<std::int64_t>(s); };
  const auto states = trajectories(count, gradient != nullptr);
  for (std::size_t s = 0; s < states.size(); ++s)
    unpack(network_.state_layout(), observations_.input_sample(sample(s)), states[s]->write(0));
  network_.forward(
      coefficients_, states, 0, network_.layers(), target_layers_,
      [&](std::size_t s, std::int64_t layer, const double* z) {
        misfit_.add_value(sample(s), layer, z, misfit);
      },
      pulse);
  note_problem(first, count);
  if (!gradient) return;
  network_.adjoint(
      coefficients_, states, target_layers_,
      [&](std::size_t s, std::int64_t layer, const double* z, double* lambda) {
        misfit_.add_derivative(sample(s), layer, z, lambda);
      },
      *gradient, pulse);
  note_problem(first, count);
}

void SampleSweep::note_problem(std::int64_t first, std::int64_t count) {
  for (std::int64_t s = 0; s < count && !problem_; ++s) {
    problem_ = network_.problem(static_cast<std::size_t>(s));
    problem_sample_ = first + s;
  }
}

} // namespace nadir
