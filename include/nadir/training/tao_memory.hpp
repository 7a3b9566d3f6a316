#pragma once

#include <petsctao.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nadir {

/// What one of our TAO types carries from step to step. Written to a checkpoint and put back into a
/// new solver of the same type and size before TaoSolve, the run goes on as if it had not stopped.
/// Everything refers into the solver and is valid while that lives.
struct TaoMemory {
  Vec point = nullptr;         ///< where the next step starts: set the solution to it
  double* iteration = nullptr; ///< number of the iterate at `point`, counted over all restarts
  std::vector<std::pair<std::string, Vec>> vectors;     ///< control vectors by name
  std::vector<std::pair<std::string, double*>> numbers; ///< the same on all ranks
  std::string problem; ///< why numbers that were put in cannot be right, in words; or empty
};

/// The memory of a solver that is set up (TaoSetUp); nothing for PETSc's own types. While a solver
/// is interrupted amid a step, it is that of the step's start, or of its evaluation.
std::optional<TaoMemory> memory_of(Tao tao);

/// Our own types measure unknowns, and with them gradients and steps, in these scales (null: in
/// themselves) from now on, so that results do not depend on units; `scales` must outlive the
/// solver. False for PETSc's types, which know of no such thing.
bool use_scales(Tao tao, Vec scales);

} // namespace nadir
