#pragma once

#include "nadir/grid/grid.hpp"
#include "nadir/input/case.hpp"
#include "nadir/network/revolve.hpp"

#include <mpi.h>

#include <cstdint>
#include <limits>
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

enum class Workload { forward, gradient, train, attractor };

/// A rank's points: its box of the grid cut among all ranks, and of the grid cut among its group,
/// where groups share the samples.
struct Boxes {
  Boxes(const Extents& box) : owned(box), swept(box) {}
  Boxes(const Extents& of_all, const Extents& of_group) : owned(of_all), swept(of_group) {}
  Extents owned, swept;
};

/// Predicted from the case alone. `samples` as the files have them. At most, where points are
/// withheld and a file tells which or masks others: the interpolation is counted as if it went over
/// all points.
MemoryEstimate estimate_memory(const Case& c, const Boxes& boxes, std::int64_t samples, bool rank_0,
                               Workload workload, const StatePlan& plan = {});

/// Which states of a gradient are held where a rank may use `bytes` for its memory, or, where the
/// case gives one, that much for states; in single precision, or on disk, where the case asks for
/// it and that helps. Keeps at least three, whatever that takes. Whether states are rounded depends
/// on the case alone, not on the memory.
StatePlan plan_states(const Case& c, const Boxes& boxes, std::int64_t samples, Workload workload,
                      double bytes, int groups = 1);
/// The plan in double precision, all in memory, that computes the fewest layers in the room that
/// the block of `plan`, whose states are rounded, leaves when it is given back: the largest piece
/// of memory there is.
StatePlan exact_plan(const Case& c, const StatePlan& plan);
/// Bytes of one padded state.
double state_bytes(const Case& c, const Extents& box);

/// Points of a box; more than integers count do not overflow.
double points_in(const Extents& box);

/// The largest box a rank gets, by axis.
Extents largest_box(const Extents& shape, const ProcessGrid& processes);

/// Entries of all parameters of a case, trained and all, over the whole grid.
struct ParameterCount {
  std::int64_t trained = 0, all = 0;
};
ParameterCount count_parameters(const Case& c);

/// Bytes of the result file's arrays.
double result_bytes(const Case& c, std::int64_t samples);

/// Bytes of a training's checkpoint at most: parameters, states, what the optimiser remembers.
double checkpoint_bytes(const Case& c, std::int64_t samples);

/// Memory of this node that is free for use (Linux: MemAvailable, less where a control group allows
/// less), this job's ranks on it, and what the limits of this process allow. Collective.
struct NodeMemory {
  double available = 0.0; ///< bytes; 0 when unknown
  int ranks = 1;
  double process = std::numeric_limits<double>::infinity(); ///< bytes
  double per_rank() const;                                  ///< bytes; infinite when unknown
};
NodeMemory node_memory(MPI_Comm comm);

} // namespace nadir
