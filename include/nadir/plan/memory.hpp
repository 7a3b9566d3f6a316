#pragma once

#include "nadir/plan/passes.hpp"
#include "nadir/plan/revolve.hpp"
#include "nadir/plan/workload.hpp"

#include <string>
#include <vector>

namespace nadir {

/// One part of a rank's memory.
struct MemoryPart {
  std::string name;
  double bytes = 0.0;
};

/// What a command adds to a rank's memory after start-up, for the rank with the largest box.
struct MemoryEstimate {
  std::vector<MemoryPart> parts;
  double total() const;
};

/// A rank's points: its box of the grid cut among all ranks, and of the grid cut among its group,
/// where groups share the samples.
struct Boxes {
  Boxes(const Extents& box) : owned(box), swept(box) {}
  Boxes(const Extents& of_all, const Extents& of_group) : owned(of_all), swept(of_group) {}
  Extents owned, swept;
};

/// Of rank 0, which holds the numbers among the unknowns. At most, where points are withheld and a
/// file tells which or masks others: the interpolation is counted as if it went over all points.
MemoryEstimate estimate_memory(const Workload& w, const Boxes& boxes, const LayerPlan& layers = {},
                               const StatePlan& states = {});

/// Bytes of one padded state.
double state_bytes(const Workload& w, const Extents& box, std::int64_t layers_per_exchange = 1);

/// Which states of a gradient are held where a rank may use `bytes` for its memory, or, where the
/// user gave one, that much for states; in single precision, or on disk, where that is asked for
/// and helps. Keeps at least three, whatever that takes. Whether states are rounded depends on the
/// workload alone, not on the memory.
StatePlan plan_states(const Workload& w, const Boxes& boxes, double bytes, int groups = 1,
                      const LayerPlan& layers = {});
/// The plan in double precision, all in memory, that computes the fewest layers in the room that
/// the block of `plan`, whose states are rounded, leaves when it is given back: the largest piece
/// of memory there is.
StatePlan exact_plan(std::int64_t layers, const StatePlan& plan);

} // namespace nadir
