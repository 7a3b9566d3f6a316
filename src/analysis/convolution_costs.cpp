#include "nadir/analysis/convolution_costs.hpp"

#include "nadir/base/check.hpp"
#include "nadir/network/kernel_operator.hpp"

#include <algorithm>
#include <limits>

namespace nadir {
namespace {

/// The least of some rounds, the first of which makes ready what is made once.
double seconds_of(const Grid& grid, const ModelSpec& c, const Coefficients& coefficients,
                  bool by_fft) {
  const auto kernel = make_kernel_operator(grid, c, by_fft);
  Field z(kernel->state_layout()), Z(kernel->state_layout());
  z.fill(1.0);
  kernel->set_coefficients(coefficients.layer(0));
  constexpr int rounds = 3;
  double best = std::numeric_limits<double>::infinity();
  for (int k = 0; k <= rounds; ++k) {
    check_mpi(MPI_Barrier(grid.comm()));
    const double start = MPI_Wtime();
    kernel->apply(z.data(), Z.data(), GhostValue::given);
    kernel->apply_transpose(Z.data(), z.data());
    if (k > 0) best = std::min(best, MPI_Wtime() - start);
  }
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &best, 1, MPI_DOUBLE, MPI_MAX, grid.comm()));
  return best;
}

} // namespace

ConvolutionCosts measure_convolution(const Grid& grid, const ModelSpec& c,
                                     const Coefficients& coefficients) {
  return {seconds_of(grid, c, coefficients, false), seconds_of(grid, c, coefficients, true)};
}

} // namespace nadir
