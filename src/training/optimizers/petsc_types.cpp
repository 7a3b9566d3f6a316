#include "nadir/training/optimizers.hpp"

#include <array>

/// PETSc's types, but owlqn, which adds an L1 term of its own to the loss and in PETSc 3.18 may
/// search a line for ever. Vectors as measured with PETSc 3.18 and its default memory of 5 pairs,
/// of which its own quasi-Newton matrices keep several copies.
namespace nadir::optimizer_files {

std::span<const OptimizerInfo> petsc_types() {
  static constexpr std::array all{
      OptimizerInfo{.name = "blmvm",
                    .summary = "limited-memory variable metric with projected line search",
                    .vectors = 38,
                    .order = 2},
      OptimizerInfo{.name = "lmvm",
                    .summary = "limited-memory variable metric (L-BFGS) with line search",
                    .takes_bounds = false,
                    .vectors = 38,
                    .order = 3},
      OptimizerInfo{.name = "bncg",
                    .summary = "nonlinear conjugate gradients, bounded form",
                    .vectors = 28,
                    .order = 4},
      OptimizerInfo{.name = "cg",
                    .summary = "nonlinear conjugate gradients",
                    .takes_bounds = false,
                    .vectors = 9,
                    .order = 5},
      OptimizerInfo{.name = "bqnkls",
                    .summary = "quasi-Newton-Krylov with line search",
                    .vectors = 44,
                    .order = 6},
      OptimizerInfo{.name = "bqnktr",
                    .summary = "quasi-Newton-Krylov with trust region",
                    .vectors = 44,
                    .order = 7},
      OptimizerInfo{.name = "bqnktl",
                    .summary = "quasi-Newton-Krylov with trust region, then line search",
                    .vectors = 44,
                    .order = 8}};
  return all;
}

} // namespace nadir::optimizer_files
