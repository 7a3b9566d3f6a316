#include "nadir/plan/groups.hpp"

#include "nadir/grid/process_grid.hpp"
#include "nadir/plan/layer_cost.hpp"
#include "nadir/plan/samples.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace nadir {
namespace {

/// Of a network that is an attractor: so many layers take about as long as its solves.
constexpr std::int64_t layers_of_solves = 200;

std::int64_t per_leaf(const Workload& w) {
  return samples_per_leaf(w.samples, samples_together(w));
}

std::int64_t leaves_of(const Workload& w) {
  const std::int64_t each = per_leaf(w);
  return (w.samples + each - 1) / each;
}

/// How the ranks of each group cut the grid.
std::optional<ProcessGrid> cut(const Workload& w, int ranks, int groups,
                               std::int64_t layers_per_exchange) {
  return choose_process_grid(w.shape, ranks / groups,
                             ghosts_of(w.reach, layers_per_exchange).states);
}

/// Blocks of trained fields, all layers'.
double trained_blocks(const Workload& w) {
  double blocks = 0;
  for (const ParameterSize& p : w.parameters)
    if (p.trained && p.varies_space) blocks += blocks_of(w, p);
  return blocks;
}

} // namespace

Extents box_in_group(const Workload& w, int ranks, int groups, std::int64_t layers_per_exchange) {
  return largest_box(w.shape, *cut(w, ranks, groups, layers_per_exchange));
}

std::vector<int> possible_groups(const Workload& w, int ranks, std::int64_t layers_per_exchange) {
  std::vector<int> possible;
  for (int groups = 1; groups <= ranks; ++groups) {
    if (ranks % groups == 0 && groups <= std::max<std::int64_t>(1, leaves_of(w)) &&
        cut(w, ranks, groups, layers_per_exchange))
      possible.push_back(groups);
  }
  return possible;
}

double predicted_seconds(const Workload& w, int ranks, int groups,
                         std::int64_t layers_per_exchange) {
  const ProcessGrid processes = *cut(w, ranks, groups, layers_per_exchange);
  const Extents box = largest_box(w.shape, processes);
  const std::int64_t leaves = (leaves_of(w) + groups - 1) / groups;
  const auto chains = static_cast<double>(std::min(w.samples, leaves * per_leaf(w)));
  const double layer = layer_seconds(box, processes, layers_per_exchange);
  const std::int64_t layers = w.attractor ? layers_of_solves : w.layers;
  const double sweeps = chains * static_cast<double>(layers) * layer;
  if (groups == 1) return sweeps;
  const double bytes = trained_blocks(w) * points_in(box) * sizeof(double);
  return sweeps + 2 * (groups * latency + bytes / bytes_per_second);
}

std::vector<int> preferred_groups(const Workload& w, int ranks, std::int64_t layers_per_exchange) {
  if (w.wishes.sample_groups > 0) return {static_cast<int>(w.wishes.sample_groups)};
  std::vector<int> groups = possible_groups(w, ranks, layers_per_exchange);
  std::map<int, double> cost;
  for (const int g : groups)
    cost[g] = predicted_seconds(w, ranks, g, layers_per_exchange) * (g == 1 ? worthwhile : 1.0);
  std::ranges::stable_sort(groups, {}, [&](int g) { return cost[g]; });
  return groups;
}

} // namespace nadir
