#include "nadir/network/network.hpp"

#include <algorithm>

namespace nadir {

WatchedLayers::WatchedLayers(std::vector<std::int64_t> layers)
    : all_(false), layers_(std::move(layers)) {
  std::ranges::sort(layers_);
  layers_.erase(std::ranges::unique(layers_).begin(), layers_.end());
}

bool WatchedLayers::contains(std::int64_t layer) const {
  return all_ || std::ranges::binary_search(layers_, layer);
}

std::int64_t WatchedLayers::next(std::int64_t layer, std::int64_t last) const {
  if (all_) return std::min(layer + 1, last);
  const auto found = std::ranges::upper_bound(layers_, layer);
  return found == layers_.end() ? last : std::min(*found, last);
}

std::int64_t WatchedLayers::previous(std::int64_t layer, std::int64_t first) const {
  if (all_) return std::max(layer - 1, first);
  const auto found = std::ranges::lower_bound(layers_, layer);
  return found == layers_.begin() ? first : std::max(*std::prev(found), first);
}

std::optional<LayerFailure>
Network::forward(const Coefficients& coefficients, StateStore& states, std::int64_t first,
                 std::int64_t last,
                 const std::function<void(std::int64_t layer, const double* z)>& observe,
                 const WatchedLayers& watched) {
  StateStore* const one = &states;
  forward(coefficients, std::span(&one, 1), first, last, watched,
          [&](std::size_t, std::int64_t layer, const double* z) { observe(layer, z); });
  return problem(0);
}

} // namespace nadir
