#include "state_scan.hpp"

#include "nadir/analysis/increment_baseline.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace nadir::app {
namespace {

/// Layers between two looks of all ranks at whether the states are finite.
constexpr std::int64_t layers_between_checks = 64;

} // namespace

StateScan::StateScan(const Result& result, std::vector<std::int64_t> layers)
    : r_(result), c_(result.job.c), layers_(std::move(layers)),
      target_(result.observations.targets.empty() ? nullptr : &result.observations.targets.back()),
      misfit_(result.network.state_layout(), result.observations, c_.loss.reduction),
      states_(result.network.state_layout()),
      packed_(static_cast<std::size_t>(result.observations.points)) {
  const std::int64_t depths = target_ ? r_.network.layers() + 1 : 0;
  distances_.assign(static_cast<std::size_t>(r_.observations.samples * depths), 0.0);
}

void StateScan::run(const Store& store) {
  const std::int64_t n = r_.network.layers();
  for (std::int64_t s = 0; s < r_.observations.samples; ++s) {
    unpack(r_.network.state_layout(), r_.observations.input_sample(s), states_.write(0));
    move(s, 0, n, store);
  }
}

void StateScan::advance(std::int64_t first, std::int64_t last, const Store& store) {
  const Layout& layout = r_.network.state_layout();
  current_.resize(packed_.size() * static_cast<std::size_t>(r_.observations.samples));
  for (std::int64_t s = 0; s < r_.observations.samples; ++s) {
    double* current = current_.data() + static_cast<std::size_t>(s) * packed_.size();
    unpack(layout, first == 0 ? r_.observations.input_sample(s) : current, states_.write(first));
    move(s, first, last, store);
    pack(layout, states_.read(last), current);
  }
}

/// One sample from its state of layer `first`, which states_ has got.
void StateScan::move(std::int64_t s, std::int64_t first, std::int64_t last, const Store& store) {
  const auto look = [&](std::int64_t layer, const double* z) { observe(s, layer, z, store); };
  // With a target, every state's distance to it is wanted.
  const auto watched = target_ ? WatchedLayers() : WatchedLayers(layers_);
  for (std::int64_t l = first; l < last; l += layers_between_checks) {
    const auto end = std::min(last, l + layers_between_checks);
    looked_from_ = l;
    looked_.assign(static_cast<std::size_t>(end - l + 1), ReproducibleSum());
    throw_if_not_finite(r_.grid, s,
                        r_.network.forward(r_.coefficients, states_, l, end, look, watched));
    if (target_) add_distances(s, l == 0 ? 0 : l + 1, end);
  }
  if (target_ && first == 0) add_withheld(s, r_.observations.input_sample(s), persistence_);
}

void StateScan::observe(std::int64_t s, std::int64_t layer, const double* z, const Store& store) {
  const auto stored = std::ranges::lower_bound(layers_, layer);
  const bool wanted = stored != layers_.end() && *stored == layer;
  const bool scored = target_ && layer == target_->layer;
  if (wanted || scored) pack(r_.network.state_layout(), z, packed_.data());
  if (wanted) store(s, stored - layers_.begin(), packed_.data());
  if (scored) add_withheld(s, packed_.data(), withheld_);
  BufferedSum misfit;
  misfit_.add_value(s, layer, z, misfit);
  misfit_sum_.merge(misfit.take());
  if (!target_) return;
  looked_[static_cast<std::size_t>(layer - looked_from_)] =
      misfit_.distance(s, r_.observations.targets.size() - 1, z);
}

/// Those of the layers that were looked at, of all ranks together.
void StateScan::add_distances(std::int64_t s, std::int64_t first, std::int64_t last) {
  sum_over_ranks(r_.grid.comm(), std::span(looked_));
  const std::int64_t row = s * (r_.network.layers() + 1);
  for (std::int64_t l = first; l <= last; ++l)
    distances_[static_cast<std::size_t>(row + l)] =
        looked_[static_cast<std::size_t>(l - looked_from_)].value();
}

void StateScan::add_withheld(std::int64_t s, const double* packed, ReproducibleSum& sum) const {
  const auto first = static_cast<std::size_t>(s * r_.observations.points);
  BufferedSum squares;
  for (std::size_t i = 0; i < packed_.size(); ++i) {
    const double difference = packed[i] - target_->y[first + i];
    if (target_->withheld[first + i]) squares.add(difference * difference);
  }
  sum.merge(squares.take());
}

StateScan::Sums StateScan::sums() const {
  std::array parts{misfit_sum_, withheld_, persistence_};
  sum_over_ranks(r_.grid.comm(), std::span(parts));
  return {resumed_.misfit + parts[0].value(), resumed_.withheld + parts[1].value(),
          resumed_.persistence + parts[2].value(), distances_};
}

void StateScan::resume(std::vector<double> current, const Sums& sums) {
  current_ = std::move(current);
  resumed_ = sums;
  distances_ = sums.distances;
}

Outcome StateScan::outcome(bool with_scores) const {
  const Sums all = sums();
  const auto finite = [](double sum) { return std::isfinite(sum); };
  if (!finite(all.misfit) || !finite(all.withheld) || !finite(all.persistence) ||
      !std::ranges::all_of(all.distances, finite))
    throw NumericsError("a squared distance to the target is not finite, though all states are");
  return {all.misfit, all.misfit + r_.penalty, with_scores ? scores(all) : std::nullopt, {}};
}

std::optional<Scores> StateScan::scores(const Sums& sums) const {
  if (!target_ || target_->withheld_total == 0) return std::nullopt;
  const double scale = std::abs(target_->scale);
  const auto rms = [&](double squares) {
    return scale * std::sqrt(squares / static_cast<double>(target_->withheld_total));
  };
  const std::size_t last = r_.observations.targets.size() - 1;
  return Scores{rms(sums.withheld), rms(sums.persistence),
                scale * increment_baseline_rms(r_.grid, r_.observations, last)};
}

} // namespace nadir::app
