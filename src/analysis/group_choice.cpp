#include "nadir/analysis/group_choice.hpp"

#include "nadir/analysis/layer_cost.hpp"
#include "nadir/analysis/resources.hpp"
#include "nadir/grid/grid.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/training/sample_sweep.hpp"

#include <algorithm>
#include <map>

namespace nadir {
namespace {

/// Of a network that is an attractor: so many layers take about as long as its solves.
constexpr std::int64_t layers_of_solves = 200;

std::int64_t leaves_of(const Case& c, std::int64_t samples) {
  const std::int64_t each = samples_per_leaf(c, samples);
  return (samples + each - 1) / each;
}

/// Blocks of trained fields, all layers'.
double trained_fields(const Case& c) {
  double fields = 0;
  for (const auto p : all_parameters) {
    const ParameterCase& parameter = case_of(c, p);
    if (parameter.train && parameter.varies_space)
      fields += static_cast<double>(components_of(c, p)) *
                static_cast<double>(parameter.varies_layer ? c.network.layers : 1);
  }
  return fields;
}

} // namespace

Extents box_in_group(const Case& c, int ranks, int groups) {
  const Extents shape = three_extents(c.grid.shape);
  return largest_box(shape, *choose_process_grid(shape, ranks / groups, state_ghosts(c)));
}

std::vector<int> possible_groups(const Case& c, int ranks, std::int64_t samples) {
  const Extents shape = three_extents(c.grid.shape);
  std::vector<int> possible;
  for (int groups = 1; groups <= ranks; ++groups) {
    if (ranks % groups == 0 && groups <= std::max<std::int64_t>(1, leaves_of(c, samples)) &&
        choose_process_grid(shape, ranks / groups, state_ghosts(c)))
      possible.push_back(groups);
  }
  return possible;
}

double predicted_seconds(const Case& c, int ranks, int groups, std::int64_t samples) {
  const Extents shape = three_extents(c.grid.shape);
  const ProcessGrid processes = *choose_process_grid(shape, ranks / groups, state_ghosts(c));
  const Extents box = largest_box(shape, processes);
  const std::int64_t leaves = (leaves_of(c, samples) + groups - 1) / groups;
  const auto chains = static_cast<double>(std::min(samples, leaves * samples_per_leaf(c, samples)));
  const double layer = layer_seconds(box, processes, c.layers_per_exchange);
  const std::int64_t layers = c.network.attractor ? layers_of_solves : c.network.layers;
  const double sweeps = chains * static_cast<double>(layers) * layer;
  if (groups == 1) return sweeps;
  const double bytes = trained_fields(c) * points_in(box) * sizeof(double);
  return sweeps + 2 * (groups * latency + bytes / bytes_per_second);
}

std::vector<int> preferred_groups(const Case& c, int ranks, std::int64_t samples) {
  if (c.run.sample_groups > 0) return {static_cast<int>(c.run.sample_groups)};
  std::vector<int> groups = possible_groups(c, ranks, samples);
  std::map<int, double> cost;
  for (const int g : groups)
    cost[g] = predicted_seconds(c, ranks, g, samples) * (g == 1 ? worthwhile : 1.0);
  std::ranges::stable_sort(groups, {}, [&](int g) { return cost[g]; });
  return groups;
}

} // namespace nadir
