#pragma once

#include "nadir/analysis/moments.hpp"

#include <span>
#include <vector>

/// How much of what a kernel does its moments explain (theory, section 9).
namespace nadir {

/// Signals to judge by: sums of waves with random phases at least eight points long,
/// [signal][point] of the lattice; the same numbers always.
std::vector<double> wave_battery(const Lattice& lattice);
/// The same for points anywhere, waves at least an eighth of their extent long.
std::vector<double> wave_battery(std::span<const double> coordinates, int dimension);

/// What remains of a kernel's doing once a part is explained, as shares.
struct Explained {
  std::vector<double> output; ///< [order] 1 - |rest|^2 / |Wz|^2
  std::vector<double> change; ///< [order] 1 - |rest|^2 / |Wz - z|^2: a kernel near 1 hides in Wz
};

/// For every order n = 0..K with rest = Wz - sum_{|k|<=n} c_k delta^k z, all signals together:
/// delta^k the narrowest central differences, c_k the coefficients with which they have the
/// kernel's moments (difference_coefficients, [moment][row]).
///
/// `grid` is where the signals [signal][point] live: the kernel's own lattice, or, for stencils,
/// any other with the same axes. Taken over the points at which all differences and stencils stay
/// inside; NaN where there are none, or where Wz, or Wz - z, is 0.
Explained explained_shares(const KernelRows& kernel, const Lattice& grid,
                           const std::vector<MomentIndex>& indices,
                           std::span<const double> coefficients, std::span<const double> signals);

/// For points anywhere no differences are known: the shares of order 0 alone, W_0 z.
Explained explained_by_mass(std::span<const double> weights, std::span<const double> mass,
                            std::span<const double> signals);

} // namespace nadir
