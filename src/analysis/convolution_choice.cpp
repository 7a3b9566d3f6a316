#include "nadir/analysis/convolution_choice.hpp"

#include "nadir/base/check.hpp"
#include "nadir/network/kernel_operator.hpp"

#include <algorithm>
#include <limits>

namespace nadir {
namespace {

/// The least of some rounds, the first of which makes ready what is made once.
double seconds_of(const Grid& grid, const Case& c, const Coefficients& coefficients,
                  Convolution way) {
  Case this_way = c;
  this_way.run.convolution = way;
  const auto kernel = make_kernel_operator(grid, this_way);
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

bool may_choose_convolution(const Case& c) {
  const bool radial = has_family(c.kernel, "gaussian") || has_family(c.kernel, "power-law");
  return c.run.convolution == Convolution::automatic && radial && !is_galerkin(c) &&
         convolution_problem(c).empty();
}

ConvolutionCosts measure_convolution(const Grid& grid, const Case& c,
                                     const Coefficients& coefficients) {
  return {seconds_of(grid, c, coefficients, Convolution::stencil),
          seconds_of(grid, c, coefficients, Convolution::fft)};
}

} // namespace nadir
