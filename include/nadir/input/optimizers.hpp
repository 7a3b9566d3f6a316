#pragma once

#include <array>
#include <string_view>

namespace nadir {

/// An optimiser the case file may name, and whether it keeps parameters within bounds.
struct OptimizerInfo {
  std::string_view name; ///< the TAO type
  bool takes_bounds;
  std::string_view summary;
};

/// All that need the value and the gradient only; less owlqn, which adds an L1 term of its own to
/// the loss and in PETSc 3.18 may search a line for ever. The one table of names: the case file is
/// checked against it, the reference page lists it, training creates the TAO type of this name.
inline constexpr std::array optimizers{
    OptimizerInfo{
        "bqnls", true,
        "limited-memory quasi-Newton with line search; the default. nadir's own making of "
        "PETSc's method: half the memory, and it goes on exactly after a restart"},
    OptimizerInfo{"blmvm", true, "limited-memory variable metric with projected line search"},
    OptimizerInfo{"lmvm", false, "limited-memory variable metric (L-BFGS) with line search"},
    OptimizerInfo{"bncg", true, "nonlinear conjugate gradients, bounded form"},
    OptimizerInfo{"cg", false, "nonlinear conjugate gradients"},
    OptimizerInfo{"bqnkls", true, "quasi-Newton-Krylov with line search"},
    OptimizerInfo{"bqnktr", true, "quasi-Newton-Krylov with trust region"},
    OptimizerInfo{"bqnktl", true, "quasi-Newton-Krylov with trust region, then line search"},
    OptimizerInfo{"steepest-descent", true,
                  "`theta <- theta - learning_rate * gradient`, the paper's eq. (5); projected"},
    OptimizerInfo{"adam", true, "Adam with `learning_rate` and the `adam_` keys; projected"},
};

/// The entry of that name, or nullptr.
constexpr const OptimizerInfo* find_optimizer(std::string_view name) {
  for (const auto& info : optimizers)
    if (info.name == name) return &info;
  return nullptr;
}

} // namespace nadir
