#pragma once

#include "nadir/base/multi_index.hpp"
#include "nadir/kernel/cell_basis.hpp"

#include <complex>
#include <vector>

namespace nadir {

/// Coefficient times factor times d^k: a part of what a kernel makes of a function.
struct NodeTerm {
  std::size_t coefficient = 0; ///< in the order of the family's parameters
  double factor = 1;
  MultiIndex derivative{};
};

/// (W phi)(q) - phi(q) of the family adr, in exact derivatives: R phi - U.grad phi + D:grad grad
/// phi, by coefficients in ascending order.
std::vector<NodeTerm> node_terms(const KernelSpec& kernel, int dimension);

/// What the derivative d^k, projected on the basis functions, makes of the amplitudes exp(i k.q),
/// as a factor; angle_a = k_a Delta_a.
std::complex<double> projected_symbol(const GridBasis& basis, const MultiIndex& derivative,
                                      const std::array<double, max_dimension>& angle);

} // namespace nadir
