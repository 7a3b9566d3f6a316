#include "commands.hpp"

#include "nadir/base/log.hpp"
#include "nadir/grid/grid.hpp"

namespace nadir::app {
namespace {

constexpr int most_ranks = 1 << 16; ///< nobody has more

bool fits(const Case& c, std::int64_t samples, Workload workload, int ranks, double free) {
  if (!choose_process_grid(three_extents(c.grid.shape), ranks, state_ghosts(c))) return false;
  if (c.run.sample_groups > 0 && ranks % c.run.sample_groups != 0) return false;
  return plan_memory(c, samples, workload, ranks, free).estimate.total() <= free;
}

} // namespace

std::string fitting_ranks_text(const Case& c, std::int64_t samples, Workload workload, int ranks,
                               double free) {
  Case there = c;
  there.layers_per_exchange = 1; // more take more, and are chosen anew
  const auto enough = [&](int n) { return fits(there, samples, workload, n, free); };
  int most = ranks;
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

} // namespace nadir::app
