#include "nadir/plan/plan.hpp"

#include "nadir/base/log.hpp"
#include "nadir/plan/exchanges.hpp"
#include "nadir/plan/groups.hpp"

#include <algorithm>
#include <vector>

namespace nadir {
namespace {

/// As the kernel is computed: layers whose kernel is transformed go one by one.
Workload with_convolution(const Workload& w, bool by_fft) {
  Workload settled = w;
  settled.together = w.together && !by_fft;
  return settled;
}

/// Which states are held, in how many groups: the quickest that need not compute a state again,
/// else those that need the least memory.
void settle_states(const Workload& w, const Machine& machine, Plan& plan) {
  constexpr double share = 0.9; // an automatic choice leaves some to others
  const double bytes = share * machine.memory_per_rank;
  const std::int64_t K = plan.layers.layers_per_exchange;
  const auto holds_all = [&](int groups) {
    const Boxes boxes(plan.box, box_in_group(w, machine.ranks, groups, K));
    plan.states = plan_states(w, boxes, bytes, groups, plan.layers);
    plan.memory = estimate_memory(w, boxes, plan.layers, plan.states);
    plan.state_bytes = state_bytes(w, boxes.swept, K) * static_cast<double>(plan.states.samples);
    return plan.states.keep_all && plan.memory.total() <= bytes;
  };
  const auto preferred =
      goes_back(w.purpose) ? preferred_groups(w, machine.ranks, K) : std::vector<int>{1};
  if (std::ranges::none_of(preferred, holds_all)) holds_all(std::ranges::min(preferred));
  plan.disk = static_cast<double>(plan.states.states_on_disk()) * plan.state_bytes;
  plan.disk_in_all = plan.disk * machine.ranks; // or a little less: boxes differ by a point
}

/// The groups that exchanges are planned for: whatever memory allows in the end.
int groups_for_exchanges(const Workload& w, int ranks) {
  return goes_back(w.purpose) ? preferred_groups(w, ranks).front() : 1;
}

} // namespace

bool may_choose_convolution(const Workload& w) {
  return w.wishes.convolution == Convolution::automatic && w.two_ways;
}

bool chosen_fft(const Workload& w, const std::optional<ConvolutionCosts>& measured) {
  if (!may_choose_convolution(w)) return w.wishes.convolution == Convolution::fft;
  return measured && measured->fft < measured->stencil;
}

Plan plan(const Workload& workload, const Machine& machine) {
  Plan plan;
  plan.layers.by_fft = chosen_fft(workload, machine.convolution);
  plan.layers.layers_per_pass = workload.wishes.layers_per_pass;
  plan.layers.tile = workload.wishes.tile;
  plan.layers.cache_bytes = machine.cache_bytes;
  const Workload w = with_convolution(workload, plan.layers.by_fft);
  if (w.purpose != Purpose::attractor)
    plan.layers.layers_per_exchange =
        choose_layers_per_exchange(w, machine.ranks, groups_for_exchanges(w, machine.ranks));
  plan.ghosts = ghosts_of(w.reach, plan.layers.layers_per_exchange);
  plan.processes = *choose_process_grid(w.shape, machine.ranks, plan.ghosts.states);
  plan.box = largest_box(w.shape, plan.processes);
  settle_states(w, machine, plan);
  return plan;
}

MaybeProblem exchange_problem(const Workload& workload, const Machine& machine) {
  if (workload.purpose == Purpose::attractor) return std::nullopt;
  const Workload w = with_convolution(workload, chosen_fft(workload, machine.convolution));
  const int groups = groups_for_exchanges(w, machine.ranks);
  const std::int64_t wish = std::min(w.wishes.layers_per_exchange, w.layers);
  const std::int64_t most = most_layers_per_exchange(w, machine.ranks, groups);
  if (!may_share_exchanges(w, machine.ranks, groups) || wish <= most) return std::nullopt;
  return PlanProblem{
      "run.layers_per_exchange",
      formatted("%lld layers need ghosts %d points wide, more than each of %d ranks has of every "
                "axis that is cut; use %lld%s",
                static_cast<long long>(wish), deep_ghosts(wish), machine.ranks,
                static_cast<long long>(most), most > 1 ? " or less" : "")};
}

} // namespace nadir
