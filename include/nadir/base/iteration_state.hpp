#pragma once

#include <petscvec.h>

#include <string>
#include <utility>
#include <vector>

namespace nadir {

/// What an iteration carries from step to step. Written to a checkpoint and put back into a new one
/// of the same kind and size before it runs, it goes on as if it had not stopped. Everything refers
/// into what iterates and is valid while that lives.
struct IterationState {
  Vec point = nullptr;         ///< where the next step starts: set the solution to it
  double* iteration = nullptr; ///< number of the iterate at `point`, counted over all restarts
  std::vector<std::pair<std::string, Vec>> vectors;     ///< control vectors by name
  std::vector<std::pair<std::string, double*>> numbers; ///< the same on all ranks
  std::string problem; ///< why numbers that were put in cannot be right, in words; or empty
  /// Those that older checkpoints do not have: left as they are there.
  std::vector<std::pair<std::string, double*>> newer_numbers{};
};

} // namespace nadir
