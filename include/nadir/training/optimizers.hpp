#pragma once

#include "nadir/training/training_spec.hpp"

#include <petsctao.h>

#include <limits>
#include <span>
#include <string_view>

namespace nadir {

/// A number in [training] that means something to some optimisers.
struct OptimizerOption {
  enum class Range { positive, share }; ///< above 0; from 0 to below 1
  std::string_view key;
  double fallback;
  Range range;
  std::string_view text; ///< for the case reference
};

/// Shared by those that take steps of a given length.
inline constexpr OptimizerOption learning_rate{
    "learning_rate", 1e-3, OptimizerOption::Range::positive,
    "step of steepest-descent (in the units of the case) and adam (without units)"};

/// What the file of an optimiser (src/training/optimizers/) says of it. The file has a function of
/// its own name, nadir::optimizer_files::NAME(), with one or several; the build finds it. All need
/// the value and the gradient only.
struct OptimizerInfo {
  std::string_view name;    ///< in the case file; the TAO type
  std::string_view summary; ///< for the case reference
  bool takes_bounds = true; ///< keeps parameters within bounds
  bool searches = true;     ///< for a lower loss; others take every step to where there is one
  double vectors;           ///< control vectors alive while it trains, ours and TAO's: measured
  double remembered = 0;    ///< of them in a checkpoint, beside the point
  std::span<const OptimizerOption> options = {};
  /// Makes a TAO solver one of this type, where it is ours (base/petsc): it knows scales of the
  /// unknowns and goes on exactly after a restart. Null for PETSc's.
  PetscErrorCode (*create)(Tao) = nullptr;
  /// Hands the options of a case to such a solver.
  void (*set_options)(Tao, const TrainingSpec&) = nullptr;
  bool begins_with_model = false; ///< uses an initial Hessian (training.initial_hessian)
  int order = std::numeric_limits<int>::max(); ///< place in lists; the others by their names
};

/// All there are, in the order of lists.
std::span<const OptimizerInfo> optimizers();

/// The one of that name, or null.
const OptimizerInfo* find_optimizer(std::string_view name);

/// Tells TAO of the types that are ours. Collective.
void register_optimizers();

} // namespace nadir
