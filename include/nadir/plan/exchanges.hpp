#pragma once

#include "nadir/plan/workload.hpp"

#include <cstdint>

namespace nadir {

/// Whether layers can share exchanges of ghosts (DeepHaloLayer), where `ranks` ranks in `groups`
/// cut the grid: something is cut, and layers have the same coefficients and reach to the next
/// point.
bool may_share_exchanges(const Workload& w, int ranks, int groups);

/// How many layers at most, for the boxes and the layers there are; 1 where they cannot.
std::int64_t most_layers_per_exchange(const Workload& w, int ranks, int groups);

/// How many do: as many as is wished, else as make a layer and its transpose quickest by a simple
/// model, one where more gain little.
std::int64_t choose_layers_per_exchange(const Workload& w, int ranks, int groups);

} // namespace nadir
