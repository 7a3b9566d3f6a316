#include "nadir/network/chain.hpp"

#include "nadir/base/profile.hpp"

#include <mpi.h>

#include <algorithm>

namespace nadir {

Chain::Chain(const Grid& grid, const ModelSpec& c, std::int64_t samples)
    : Chain(grid, c, plan_passes(grid, c, samples)) {}

Chain::Chain(const Grid& grid, const ModelSpec& c, const PassPlan& plan)
    : layers_(c.network.layers), layer_(make_layer(grid, c, plan)),
      problems_(layer_->samples_per_pass()) {}

/// The states first .. last of all samples; all but the first are still to be written.
StateTable Chain::table_to_write(StateStores states, std::int64_t first, std::int64_t last) {
  states_.clear();
  for (std::int64_t l = first; l <= last; ++l) {
    for (StateStore* trajectory : states)
      states_.push_back(l == first ? trajectory->read(l) : trajectory->write(l));
  }
  return {states_, states.size()};
}

/// The same for the way back: all of them are there.
StateTable Chain::table_to_recall(StateStores states, std::int64_t first, std::int64_t last) {
  states_.clear();
  for (std::int64_t l = first; l <= last; ++l)
    for (StateStore* trajectory : states) states_.push_back(trajectory->read_back(l));
  return {states_, states.size()};
}

/// One pass forward.
void Chain::compute(const Coefficients& coefficients, StateStores states, std::int64_t first,
                    std::int64_t last) {
  const ProfileEvent event(Event::forward);
  const double start = MPI_Wtime();
  layer_->steps(coefficients.layer(first), table_to_write(states, first, last));
  work_.forward_seconds += MPI_Wtime() - start;
  const double points = points_of(states.size(), last - first);
  work_.forward_points += points;
  profile_flops(points * layer_->forward_flops());
}

/// One pass back, from the adjoints of state `last` to those of state `first`.
void Chain::transpose(const Coefficients& coefficients, StateStores states, std::int64_t first,
                      std::int64_t last, Coefficients& bar) {
  const ProfileEvent event(Event::adjoint);
  const double start = MPI_Wtime();
  auto& [lambda, other] = lambda_arrays_;
  layer_->steps_transpose(coefficients.layer(first), table_to_recall(states, first, last),
                          {std::span<double* const>(lambda), std::span<double* const>(other)},
                          bar.layer_bar(first));
  if ((last - first) % 2 != 0) lambda.swap(other);
  work_.adjoint_seconds += MPI_Wtime() - start;
  const double points = points_of(states.size(), last - first);
  work_.adjoint_points += points;
  profile_flops(points * layer_->adjoint_flops());
}

/// Those of a pass that began with state `first`.
void Chain::note_problems(std::size_t samples, std::int64_t first) {
  for (std::size_t s = 0; s < samples; ++s) {
    const auto& problem = layer_->problem(s);
    if (problem && !problems_[s])
      problems_[s] = {first + problem->layer, problem->point, problem->reason};
  }
}

double Chain::points_of(std::size_t samples, std::int64_t layers) const {
  const Extents& n = state_layout().count;
  return static_cast<double>(n[0] * n[1] * n[2]) * static_cast<double>(layers) *
         static_cast<double>(samples);
}

void Chain::forward(const Coefficients& coefficients, StateStores states, std::int64_t first,
                    std::int64_t last, const WatchedLayers& watched, const Observer& observe,
                    const Pulse& after_pass) {
  std::ranges::fill(problems_, std::nullopt);
  for (std::size_t s = 0; s < states.size(); ++s) {
    layer_->prepare(states[s]->read(first));
    if (first == 0 && watched.contains(0)) observe(s, 0, states[s]->read(0));
  }
  const std::int64_t most = layers_per_pass(states, layer_->layers_per_pass());
  for (std::int64_t l = first; l < last;) {
    const std::int64_t end = watched.next(l, std::min(last, l + most));
    compute(coefficients, states, l, end);
    note_problems(states.size(), l);
    for (std::size_t s = 0; s < states.size(); ++s) {
      if (watched.contains(end)) observe(s, end, states[s]->read(end));
    }
    l = end;
    if (after_pass) after_pass();
  }
}

void Chain::make_lambda(std::size_t samples) {
  while (lambda_fields_.size() < 2 * samples) {
    lambda_fields_.emplace_back(state_layout());
    lambda_arrays_[lambda_fields_.size() % 2].push_back(lambda_fields_.back().data());
  }
}

/// As many as the layer takes and the states' stores, which are all of one kind, have places for.
std::int64_t Chain::layers_per_pass(StateStores states, std::int64_t most) {
  return std::min(most, states[0]->layers_at_once());
}

/// Makes sure that state `layer`, and those before it that go with it, are held.
void Chain::compute_again(const Coefficients& coefficients, StateStores states, std::int64_t layer,
                          const Pulse& after_pass) {
  const std::int64_t most = layers_per_pass(states, layer_->layers_per_pass());
  std::int64_t from = layer;
  for (StateStore* trajectory : states) from = trajectory->resume(layer); // all the same
  while (from < layer) {
    const std::int64_t end = std::min(layer, from + most);
    compute(coefficients, states, from, end);
    from = end;
    if (after_pass) after_pass();
  }
}

void Chain::adjoint(const Coefficients& coefficients, StateStores states,
                    const WatchedLayers& watched, const AdjointSource& seed, Coefficients& bar,
                    const Pulse& after_pass) {
  const double before = work_.forward_points;
  make_lambda(states.size());
  auto& lambda = lambda_arrays_[0];
  for (std::size_t s = 0; s < states.size(); ++s) {
    std::fill_n(lambda[s], state_layout().size(), 0.0);
    if (watched.contains(layers_)) seed(s, layers_, states[s]->read_back(layers_), lambda[s]);
  }
  const std::int64_t most = layers_per_pass(states, layer_->layers_per_pass_back());
  for (std::int64_t l = layers_; l > 0;) {
    compute_again(coefficients, states, l, after_pass);
    const std::int64_t begin = watched.previous(l, std::max(states[0]->held_from(l), l - most));
    transpose(coefficients, states, begin, l, bar);
    note_problems(states.size(), begin);
    for (std::size_t s = 0; s < states.size() && watched.contains(begin); ++s)
      seed(s, begin, states[s]->read_back(begin), lambda[s]);
    l = begin;
    if (after_pass) after_pass();
  }
  work_.repetition = 1 + (work_.forward_points - before) / points_of(states.size(), layers_);
}

} // namespace nadir
