#pragma once

#include "nadir/base/box.hpp"
#include "nadir/plan/workload.hpp"

#include <cstdint>
#include <vector>

namespace nadir {

/// Numbers of groups that `ranks` ranks may be split into to share the samples: they divide the
/// ranks, every group has some leaves of the gradient's sum (samples_per_leaf), and a group's ranks
/// fit the grid. Ascending, 1 always among them.
std::vector<int> possible_groups(const Workload& w, int ranks,
                                 std::int64_t layers_per_exchange = 1);

/// Seconds of one loss and gradient with so many groups, by a simple model: points, the latency of
/// messages and the bytes between neighbours in each layer, fields between groups.
double predicted_seconds(const Workload& w, int ranks, int groups,
                         std::int64_t layers_per_exchange = 1);

/// The possible numbers, the quickest first; no groups come before some that gain little. Only the
/// wished one where there is a wish.
std::vector<int> preferred_groups(const Workload& w, int ranks,
                                  std::int64_t layers_per_exchange = 1);

/// The largest box of a rank within its group.
Extents box_in_group(const Workload& w, int ranks, int groups,
                     std::int64_t layers_per_exchange = 1);

} // namespace nadir
