#pragma once

#include <mpi.h>

#include <limits>

namespace nadir {

/// Memory of this node that is free for use (Linux: MemAvailable, less where a control group allows
/// less), the ranks of a communicator on it, and what the limits of this process allow.
struct NodeMemory {
  double available = 0.0; ///< bytes; 0 when unknown
  int ranks = 1;
  double process = std::numeric_limits<double>::infinity(); ///< bytes
  double per_rank() const;                                  ///< bytes; infinite when unknown
};

/// Collective.
NodeMemory node_memory(MPI_Comm comm);

} // namespace nadir
