#pragma once

#include "nadir/kernel/kernel.hpp"
#include "nadir/kernel/stencil_table.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace nadir {

/// The neighbours within a radius along every axis, in shells: those that are equally many points
/// away along each axis, whatever the sign, share their weight.
struct RadialStencil {
  int dimension = 1, radius = 1;
  double volume = 1.0;                                 ///< of a point: product of the spacings
  std::vector<std::array<int, max_dimension>> offsets; ///< shell by shell, slowest axis first
  std::vector<std::size_t> first;                      ///< of each shell, and the end of the last
  std::vector<double> square;                          ///< |r|^2 of each shell
  std::size_t shells() const { return square.size(); }
};
RadialStencil radial_stencil(int dimension, int radius,
                             const std::array<double, max_dimension>& spacing);

/// phi and d phi / d shape_s of every shell.
struct RadialTable {
  std::vector<double> value;
  std::vector<std::vector<double>> slope; ///< [s][shell]
};

/// A family of kernels that know distances alone, W_r = theta_0 phi(|r|^2; theta_1, ...): theta_0
/// scales, the others are the shape. A source file of its own has the function phi.
struct RadialFamily {
  std::size_t shapes = 0;
  std::unique_ptr<Kernel> (*kernel)(const RadialStencil& stencil) = nullptr;
  void (*tabulate)(const RadialStencil& stencil, const double* shape, RadialTable& table) = nullptr;
};

/// Most shape parameters of a family.
inline constexpr std::size_t max_shapes = 2;

/// phi = prod_a [Delta_a / (sigma sqrt(2 pi))] exp(-|r|^2 / (2 sigma^2))
RadialFamily gaussian_profile();
/// phi = prod_a Delta_a (1 + |r|^2 / l^2)^(-s/2)
RadialFamily power_law_profile();

/// The share of a Gaussian's weight that lies beyond `reach` (a length, by axis, slowest first,
/// unused axes 0) along some axis.
double gaussian_beyond(const std::array<double, max_dimension>& reach, double sigma);
/// The share of (1 + r^2/l^2)^(-s/2) in d dimensions that lies beyond the distance `reach`; s > d.
double power_law_beyond(double reach, int dimension, double length, double exponent);

/// The family that is all of a case's kernel; none for kernels of other kinds and sums.
std::optional<RadialFamily> radial_family(const KernelSpec& kernel);

/// The family as a table: a term for each shell.
StencilTable radial_table_of(const RadialFamily& family, const RadialStencil& stencil);

} // namespace nadir
