#include "nadir/plan/memory.hpp"
#include "nadir/plan/samples.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

/// A plan of rounded states, whose window takes a small part of `states`.
StatePlan rounded(const Workload& w, const StatePlan& from, double states) {
  constexpr double share = 1.0 / 8;
  const auto layers = static_cast<double>(layers_together(w));
  StatePlan plan = from;
  plan.single = true;
  plan.exact = w.target_layers;
  plan.window = 1 + static_cast<std::int64_t>(std::clamp(share * states, 1.0, layers));
  return plan;
}

/// All states, rounded where that is asked for and saves room.
StatePlan all_states(const Workload& w, int groups) {
  const std::int64_t n = w.layers;
  StatePlan plan;
  plan.samples = samples_together(w);
  plan.per_leaf = samples_per_leaf(w.samples, plan.samples);
  plan.groups = groups;
  if (!w.wishes.single_states || w.attractor) return plan;
  StatePlan single = rounded(w, plan, static_cast<double>(n));
  single.reversal = all_kept(n);
  return single.room(n) < plan.room(n) ? single : plan;
}

/// The states that compute the fewest layers in the room of `states`, or of the fewest that do.
StatePlan some_states(const Workload& w, const StatePlan& from, double states) {
  constexpr double fewest = 3, fewest_rounded = 2; // one kept and two of a block; those
  StatePlan plan = from.single ? rounded(w, from, states) : from;
  StateCosts costs;
  if (plan.single) costs = {0.5, 1, static_cast<double>(plan.exact + plan.window)};
  const double room = std::max(states, plan.single ? fewest_rounded + costs.beside : fewest);
  plan.keep_all = false;
  plan.reversal = plan_revolve(w.layers, room, costs);
  if (!w.wishes.scratch) return plan;
  costs.kept = 0;
  const RevolvePlan on_disk = plan_revolve(w.layers, room, costs);
  if (on_disk.forward >= plan.reversal.forward) return plan;
  plan.reversal = on_disk;
  plan.on_disk = true;
  return plan;
}

} // namespace

StatePlan plan_states(const Workload& w, const Boxes& boxes, double bytes, int groups,
                      const LayerPlan& layers) {
  const double state = state_bytes(w, boxes.swept, layers.layers_per_exchange);
  StatePlan plan = all_states(w, groups);
  const auto taken = [&] {
    return static_cast<double>(plan.samples) * plan.room(w.layers) * state;
  };
  const auto budget = [&] {
    if (w.wishes.memory > 0) return w.wishes.memory;
    return bytes - (estimate_memory(w, boxes, layers, plan).total() - taken());
  };
  if (taken() <= budget()) return plan;
  if (w.wishes.samples_per_pass == 0) plan.samples = 1;
  constexpr std::int64_t fewest_layers = 3; // of fewer, none is computed again
  if (taken() <= budget() || w.layers < fewest_layers) return plan;
  return some_states(w, plan, std::floor(budget() / (static_cast<double>(plan.samples) * state)));
}

StatePlan exact_plan(std::int64_t layers, const StatePlan& plan) {
  constexpr std::int64_t fewest = 3;
  StatePlan exact;
  exact.samples = plan.samples;
  exact.per_leaf = plan.per_leaf;
  exact.groups = plan.groups;
  exact.keep_all = false;
  exact.reversal = plan_revolve(layers, std::max(fewest, (plan.reversal.block + 1) / 2));
  return exact;
}

} // namespace nadir
