#pragma once

#include "nadir/analysis/lattice.hpp"

#include <complex>
#include <span>
#include <string>
#include <vector>

/// What a kernel does to waves, and the cumulants of one layer (theory, section 3).
namespace nadir {

/// Waves whose phase changes by theta per step along the axes of a direction.
struct Direction {
  std::string name; ///< "x", "y", "z", or "diagonal": all axes alike
  std::array<bool, max_dimension> along{};
};
/// The axes, slowest first, and in more than one dimension the diagonal.
std::vector<Direction> directions_of(int dimension);

/// `count` phases from 0 to pi.
std::vector<double> sampled_phases(std::size_t count);

/// The symbol W^(k) = sum_r W_r e^{ik.r} and the amplification a(k) = 1 - omega + omega W^(k) of a
/// layer with f = identity.
struct Symbol {
  std::vector<std::complex<double>> value; ///< [direction][wave], mean of the rows in use
  std::vector<double> amplification;       ///< |a| of that
  std::vector<double> lowest, highest;     ///< |a| over the rows in use
};

/// Of the rows that `use` marks, or of all where it marks none.
Symbol symbol_of(const KernelRows& kernel, const std::vector<Direction>& directions,
                 std::span<const double> phases, double omega, std::span<const std::uint8_t> use);

/// Cumulants along one axis of K = (1 - omega) I + omega W, from moments of W.
struct Cumulants {
  double mass = 0;                ///< 1 + omega R
  double drift = 0;               ///< of the signal, omega U / mass
  double variance = 0;            ///< 2 omega D / mass - drift^2
  double effective_diffusion = 0; ///< half the variance per omega
  double third = 0;               ///< of K in r; that of the signal is its negative
};
/// `moments`: W_0, W_1, W_2, W_3 along the axis.
Cumulants cumulants_of(const std::array<double, 4>& moments, double omega);

} // namespace nadir
