#include "nadir/analysis/exchange_choice.hpp"

#include "nadir/analysis/layer_cost.hpp"
#include "nadir/analysis/resources.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/network/tiling.hpp"

#include <algorithm>
#include <optional>

namespace nadir {
namespace {

/// Deeper ghosts gain nothing, wherever messages come from.
constexpr std::int64_t most_layers = 16;

std::optional<ProcessGrid> cut(const Case& c, int ranks, std::int64_t layers) {
  return choose_process_grid(three_extents(c.grid.shape), ranks, deep_ghosts(layers));
}

double seconds(const Case& c, int ranks, std::int64_t layers) {
  const ProcessGrid processes = *cut(c, ranks, layers);
  return layer_seconds(largest_box(three_extents(c.grid.shape), processes), processes, layers);
}

} // namespace

bool may_share_exchanges(const Case& c, int ranks, int groups) {
  return ranks > groups && !c.network.attractor && kernel_radius(c.kernel) == 1 &&
         layers_may_go_together(c);
}

std::int64_t most_layers_per_exchange(const Case& c, int ranks, int groups) {
  if (!may_share_exchanges(c, ranks, groups)) return 1;
  std::int64_t most = 1;
  // States lie on boxes of all ranks too, while they are read and written.
  while (most < std::min(most_layers, c.network.layers) && cut(c, ranks, most + 1) &&
         cut(c, ranks / groups, most + 1))
    ++most;
  return most;
}

std::int64_t choose_layers_per_exchange(const Case& c, int ranks, int groups) {
  const std::int64_t most = most_layers_per_exchange(c, ranks, groups);
  if (most == 1 || c.run.layers_per_exchange > 0)
    return std::clamp<std::int64_t>(c.run.layers_per_exchange, 1, most);
  std::int64_t best = 1;
  double least = worthwhile * seconds(c, ranks / groups, 1);
  for (std::int64_t layers = 2; layers <= most; ++layers) {
    const double needed = seconds(c, ranks / groups, layers);
    if (needed >= least) continue;
    best = layers;
    least = needed;
  }
  return best;
}

} // namespace nadir
