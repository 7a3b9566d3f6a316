#include "nadir/plan/plan.hpp"

#include "nadir/base/log.hpp"
#include "nadir/plan/groups.hpp"
#include "nadir/plan/samples.hpp"

#include <algorithm>

namespace nadir {
namespace {

/// Layers computed for each layer of a gradient beyond which nobody would wait for it.
constexpr double longest_repetition = 100;

constexpr int most_ranks = 1 << 16; ///< nobody has more

long long whole(std::int64_t n) { return static_cast<long long>(n); }

bool fits(const Workload& w, const Machine& machine) {
  if (!choose_process_grid(w.shape, machine.ranks, w.reach.states)) return false;
  if (w.wishes.sample_groups > 0 && machine.ranks % w.wishes.sample_groups != 0) return false;
  return plan(w, machine).memory.total() <= machine.memory_per_rank;
}

} // namespace

MaybeProblem grid_problem(const Workload& w, int ranks) {
  if (!choose_process_grid(w.shape, ranks, w.reach.states))
    return PlanProblem{
        "grid.shape",
        formatted("%d ranks are too many for this grid; the largest usable count is %d", ranks,
                  largest_usable_ranks(w.shape, ranks, w.reach.states))};
  if (w.wishes.sample_groups > 0 && ranks % w.wishes.sample_groups != 0)
    return PlanProblem{"run.sample_groups", formatted("%lld groups cannot share %d ranks evenly",
                                                      whole(w.wishes.sample_groups), ranks)};
  return std::nullopt;
}

MaybeProblem groups_problem(const Workload& w, int ranks) {
  const auto possible = possible_groups(w, ranks);
  const std::int64_t wish = w.wishes.sample_groups;
  if (wish == 0 || std::ranges::find(possible, wish) != possible.end()) return std::nullopt;
  const std::int64_t each = samples_per_leaf(w.samples, samples_together(w));
  return PlanProblem{"run.sample_groups",
                     formatted("%lld samples%s are too few for %lld groups; use %d or less",
                               whole(w.samples),
                               each > 1 ? formatted(", %lld together", whole(each)).c_str() : "",
                               whole(wish), possible.back())};
}

MaybeProblem memory_problem(const Workload& w, const Machine& machine, const Plan& plan) {
  const double needed = plan.memory.total(), free = machine.memory_per_rank;
  const bool limited = goes_back(w.purpose) && w.wishes.memory > 0 && !w.attractor;
  if (limited && plan.held(w) > w.wishes.memory)
    return PlanProblem{"run.memory",
                       formatted("%s is too little: %lld states, the fewest that do, take %s",
                                 bytes_text(w.wishes.memory).c_str(),
                                 whole(plan.states.states(w.layers)),
                                 bytes_text(plan.held(w)).c_str())};
  if (needed > free)
    return PlanProblem{
        limited ? "run.memory" : "grid.shape",
        formatted("this case needs %s on each rank of a node that has %s free for it; use %s; ",
                  bytes_text(needed).c_str(), bytes_text(free).c_str(),
                  limited ? "less for states, more nodes or fewer ranks on each"
                          : "more nodes, fewer ranks on each or a smaller grid") +
            fitting_ranks_text(w, machine)};
  if (goes_back(w.purpose) && plan.states.repetition() > longest_repetition)
    return PlanProblem{
        "network.layers",
        formatted("only %lld of their states fit the memory; computing the others again would "
                  "take more than %g times as long; use more nodes or fewer layers",
                  whole(plan.states.states(w.layers)), longest_repetition)};
  return std::nullopt;
}

std::string fitting_ranks_text(const Workload& w, const Machine& machine) {
  Workload there = w;
  there.wishes.layers_per_exchange = 1; // more take more, and are chosen anew
  const auto enough = [&](int ranks) {
    Machine larger = machine;
    larger.ranks = ranks;
    return fits(there, larger);
  };
  int most = machine.ranks;
  while (most < most_ranks && !enough(most)) most *= 2;
  if (!enough(most))
    return formatted("it fits on no number of ranks up to %d with that much memory each", most);
  // Between this power and the one before, counts that cannot share the grid aside.
  for (int below = most / 2; most - below > 1;) {
    const int middle = below + (most - below) / 2;
    (enough(middle) ? most : below) = middle;
  }
  return formatted("it fits on %d ranks with that much memory each", most);
}

} // namespace nadir
