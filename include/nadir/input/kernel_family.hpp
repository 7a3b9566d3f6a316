#pragma once

#include "nadir/input/case.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {

/// One family of kernels as the case file knows it (theory, section 4).
struct KernelFamily {
  std::string_view name; ///< kernel.type
  std::string_view text; ///< for the case reference
  /// The keys of [kernel] that mean something to it, parameters among them.
  std::vector<std::string_view> keys;
  /// Neighbours are at most so many points away along every axis.
  int (*radius)(const KernelCase& kernel);
};

bool has_key(const KernelFamily& family, std::string_view key);

/// The one table of families.
std::span<const KernelFamily> kernel_families();
/// The one a case names; the reader has seen to it that there is one.
const KernelFamily& family_of(const KernelCase& kernel);

/// Points between a point and its farthest neighbour along an axis.
inline int kernel_radius(const KernelCase& kernel) { return family_of(kernel).radius(kernel); }

/// Names of the components of a parameter, by its key in [kernel]; one of one component has {""},
/// one that the family does not have none. U by axes (y, x), D by pairs of axes (yy, yx, xx),
/// higher coefficients by the axes they differentiate along (xxx, yxx, ...), weights by offsets
/// (-1+0).
std::vector<std::string> kernel_components(const KernelCase& kernel, int dimension,
                                           std::string_view key);

/// Offsets of a full stencil, C order, axes slowest first, unused ones 0.
std::vector<std::array<int, 3>> stencil_offsets(int dimension, int radius);

/// Most components all parameters of a kernel may have together.
inline constexpr int most_kernel_components = 125;

} // namespace nadir
