#include "nadir/plan/exchanges.hpp"

#include "nadir/grid/process_grid.hpp"
#include "nadir/plan/layer_cost.hpp"

#include <algorithm>
#include <optional>

namespace nadir {
namespace {

/// Deeper ghosts gain nothing, wherever messages come from.
constexpr std::int64_t most_layers = 16;

std::optional<ProcessGrid> cut(const Workload& w, int ranks, std::int64_t layers) {
  return choose_process_grid(w.shape, ranks, deep_ghosts(layers));
}

double seconds(const Workload& w, int ranks, std::int64_t layers) {
  const ProcessGrid processes = *cut(w, ranks, layers);
  return layer_seconds(largest_box(w.shape, processes), processes, layers);
}

} // namespace

bool may_share_exchanges(const Workload& w, int ranks, int groups) {
  return ranks > groups && !w.attractor && w.reach.states == 1 && w.together;
}

std::int64_t most_layers_per_exchange(const Workload& w, int ranks, int groups) {
  if (!may_share_exchanges(w, ranks, groups)) return 1;
  std::int64_t most = 1;
  // States lie on boxes of all ranks too, while they are read and written.
  while (most < std::min(most_layers, w.layers) && cut(w, ranks, most + 1) &&
         cut(w, ranks / groups, most + 1))
    ++most;
  return most;
}

std::int64_t choose_layers_per_exchange(const Workload& w, int ranks, int groups) {
  const std::int64_t most = most_layers_per_exchange(w, ranks, groups);
  if (most == 1 || w.wishes.layers_per_exchange > 0)
    return std::clamp<std::int64_t>(w.wishes.layers_per_exchange, 1, most);
  std::int64_t best = 1;
  double least = worthwhile * seconds(w, ranks / groups, 1);
  for (std::int64_t layers = 2; layers <= most; ++layers) {
    const double needed = seconds(w, ranks / groups, layers);
    if (needed >= least) continue;
    best = layers;
    least = needed;
  }
  return best;
}

} // namespace nadir
