#include "nadir/training/optimizers.hpp"

#include "base/petsc/quasi_newton.hpp"

#include <array>

namespace nadir::optimizer_files {

std::span<const OptimizerInfo> bqnls() {
  static constexpr std::array all{
      OptimizerInfo{.name = "bqnls",
                    .summary = "limited-memory quasi-Newton with line search; the default. nadir's "
                               "own making of PETSc's "
                               "method: half the memory, and it goes on exactly after a restart",
                    .vectors = 25,
                    .remembered = 11, // 5 pairs and a diagonal
                    .create = create_quasi_newton,
                    .begins_with_model = true,
                    .order = 1}};
  return all;
}

} // namespace nadir::optimizer_files
