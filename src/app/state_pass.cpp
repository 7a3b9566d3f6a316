#include "state_pass.hpp"

#include "nadir/analysis/increment_baseline.hpp"
#include "nadir/base/collective.hpp"

#include <algorithm>
#include <cmath>

namespace nadir::app {
namespace {

/// Layers between two looks of all ranks at whether the states are finite.
constexpr std::int64_t layers_between_checks = 64;

} // namespace

StatePass::StatePass(const Result& result)
    : r_(result), c_(result.job.c),
      target_(result.observations.targets.empty() ? nullptr : &result.observations.targets.back()),
      misfit_(result.chain.state_layout(), result.observations, c_.loss.reduction),
      states_(result.chain.state_layout()),
      packed_(static_cast<std::size_t>(result.observations.points)) {}

void StatePass::run(const Store& store) {
  for (std::int64_t s = 0; s < r_.observations.samples; ++s) run_sample(s, store);
  misfit_sum_ = sum_over_ranks(r_.grid.comm(), misfit_sum_);
}

void StatePass::run_sample(std::int64_t s, const Store& store) {
  const std::size_t first_distance = distances_.size();
  unpack(r_.chain.state_layout(), r_.observations.input_sample(s), states_.write(0));
  const auto look = [&](std::int64_t layer, const double* z) { observe(s, layer, z, store); };
  const std::int64_t n = r_.chain.layers();
  for (std::int64_t l = 0; l < n; l += layers_between_checks) {
    const auto last = std::min(n, l + layers_between_checks);
    throw_if_not_finite(r_.grid, s, r_.chain.forward(r_.coefficients, states_, l, last, look));
  }
  if (!target_) return;
  const int count = static_cast<int>(distances_.size() - first_distance);
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, distances_.data() + first_distance, count, MPI_DOUBLE,
                          MPI_SUM, r_.grid.comm()));
  persistence_ += withheld_squares(s, r_.observations.input_sample(s));
}

void StatePass::observe(std::int64_t s, std::int64_t layer, const double* z, const Store& store) {
  const auto stored = std::ranges::lower_bound(c_.output.layers, layer);
  const bool wanted = stored != c_.output.layers.end() && *stored == layer;
  const bool scored = target_ && layer == target_->layer;
  if (wanted || scored) pack(r_.chain.state_layout(), z, packed_.data());
  if (wanted) store(s, stored - c_.output.layers.begin(), packed_.data());
  if (scored) withheld_ += withheld_squares(s, packed_.data());
  misfit_sum_ += misfit_.value(s, layer, z);
  if (target_) distances_.push_back(misfit_.distance(s, r_.observations.targets.size() - 1, z));
}

double StatePass::withheld_squares(std::int64_t s, const double* packed) const {
  const auto first = static_cast<std::size_t>(s * r_.observations.points);
  double squares = 0;
  for (std::size_t i = 0; i < packed_.size(); ++i) {
    if (target_->withheld[first + i]) squares += std::pow(packed[i] - target_->y[first + i], 2);
  }
  return squares;
}

std::optional<Scores> StatePass::scores() const {
  if (!target_ || target_->withheld_total == 0) return std::nullopt;
  const double scale = std::abs(target_->scale);
  const auto rms = [&](double squares) {
    return scale * std::sqrt(sum_over_ranks(r_.grid.comm(), squares) /
                             static_cast<double>(target_->withheld_total));
  };
  const std::size_t last = r_.observations.targets.size() - 1;
  return Scores{rms(withheld_), rms(persistence_),
                scale * increment_baseline_rms(r_.grid, r_.observations, last)};
}

} // namespace nadir::app
