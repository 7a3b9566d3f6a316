#pragma once

#include "nadir/base/multi_index.hpp"
#include "nadir/kernel/kernel.hpp"

#include <complex>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace nadir {

/// A neighbour's part in a difference.
struct StencilEntry {
  std::array<int, max_dimension> offset{}; ///< slowest axis first
  double weight = 0.0;
};
/// delta z = sum of weight times z at the offset.
using Stencil = std::vector<StencilEntry>;

/// A family as a table: W z = [z +] sum_t w_t delta_t z, where w are the coefficients theta, in the
/// order of the family's parameters, or functions of them.
struct StencilTable {
  bool identity = true; ///< whether z itself is a term
  int radius = 1;
  std::vector<Stencil> terms;
  std::size_t coefficients = 0; ///< number of theta; that of the terms where w = theta
  /// w from theta; empty: w = theta.
  std::function<void(std::span<const double> theta, std::span<double> weights)> weights = {};

  /// d w / d theta_c, where w is not theta.
  std::function<void(std::span<const double> theta, std::size_t c, std::span<double> slopes)>
      slopes = {};

  bool linear() const { return !weights; }
  /// w of these coefficients.
  std::vector<double> weights_of(std::span<const double> theta) const;
  std::vector<double> slopes_of(std::span<const double> theta, std::size_t c) const;
};

/// The table of a sum of kernels.
StencilTable sum_of(const std::vector<StencilTable>& tables);

/// Weights of the narrowest central difference of d^order along one axis, from the lowest offset
/// on: powers of the second difference, with one first difference where the order is odd.
std::vector<double> central_difference(int order, double spacing);

/// The narrowest central difference of d^k on a grid with this spacing: products of those of the
/// axes; second order.
Stencil central_difference(const MultiIndex& k, const std::array<double, max_dimension>& spacing);

/// Offsets of a full stencil, C order, axes slowest first, unused ones 0.
std::vector<std::array<int, 3>> stencil_offsets(int dimension, int radius);

/// The tables of families: R, -U.grad, D:grad grad, c_k d^k up to an order; shifts.
StencilTable moment_stencil_table(DiffusionTensor tensor, int order, int dimension,
                                  const std::array<double, max_dimension>& spacing);
StencilTable full_stencil_table(int radius, int dimension);

/// The table of a case's family, or of their sum.
StencilTable stencil_table_of(const KernelSpec& kernel, int dimension,
                              const std::array<double, max_dimension>& spacing);

/// A kernel that works through a linear table, however long: for families without one of their own.
std::unique_ptr<Kernel> make_table_kernel(const StencilTable& differences);

/// The symbol W^(k) = W exp(i k.q) / exp(i k.q) for weights w of the terms, where angle_a = k_a
/// Delta_a (theory, section 3).
std::complex<double> symbol(const StencilTable& differences, std::span<const double> weights,
                            const std::array<double, max_dimension>& angle);

} // namespace nadir
