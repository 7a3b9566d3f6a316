#pragma once

#include "nadir/grid/grid_spec.hpp"
#include "nadir/kernel/kernel_spec.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {

/// Where the neighbours of a kernel end unless the case says so.
struct NaturalRadius {
  std::int64_t points = 1;
  std::string problem; ///< why there is none
};

/// One family of kernels as the case file knows it (theory, section 4).
struct KernelFamily {
  std::string_view name; ///< kernel.type
  std::string_view text; ///< for the case reference
  /// The keys of [kernel] that mean something to it, parameters among them.
  std::vector<std::string_view> keys;
  /// Neighbours are at most so many points away along every axis.
  int (*radius)(const KernelSpec& kernel);
  /// Of a family with the key radius.
  NaturalRadius (*natural_radius)(const KernelSpec& kernel, const GridSpec& grid) = nullptr;
  /// Neighbours that a kernel of this radius may have at most.
  double most_neighbours = 0;
  /// Couples all points of the grid: no stencil.
  bool full_matrix = false;
};

/// The one table of families.
std::span<const KernelFamily> kernel_families();
bool has_key(const KernelFamily& family, std::string_view key);

/// The families a case names, one or those of a sum; the reader has seen to it that there are.
std::vector<const KernelFamily*> families_of(const KernelSpec& kernel);
/// Whether the key means something to one of them.
bool has_key(const KernelSpec& kernel, std::string_view key);
/// Whether a family is among them.
bool has_family(const KernelSpec& kernel, std::string_view name);

/// The names in KernelSpec::type, and back; in the order of the table.
std::vector<std::string> families_in(const std::string& type);
std::string sum_of_families(const std::vector<std::string>& names);
/// Whether the kernel is a matrix of all points with all points, with as many weights as points.
bool is_full_matrix(const KernelSpec& kernel);
/// Why Fourier transforms cannot compute the kernel; empty where they can: where it is a stencil
/// that is the same at all points of a grid that is periodic along all axes.
std::string convolution_problem(const KernelSpec& kernel, const GridSpec& grid);

/// Why these families cannot be added; empty where they can. Families with a parameter in common
/// would count it twice.
std::string sum_problem(const std::vector<std::string>& names);

/// Points between a point and its farthest neighbour along an axis.
int kernel_radius(const KernelSpec& kernel);
/// Neighbours within a radius, a point itself included.
double neighbours_within(int dimension, std::int64_t radius);

/// What all values of a parameter must be above, for its kernel to be one.
struct ValueLimit {
  double low = 0;
  std::string reason; ///< continues "must be above LOW"
};
std::optional<ValueLimit> limit_of(std::string_view key, int dimension);

/// Names of the components of a parameter, by its key in [kernel]; one of one component has {""},
/// one that the family does not have none. U by axes (y, x), D by pairs of axes (yy, yx, xx),
/// higher coefficients by the axes they differentiate along (xxx, yxx, ...), weights by offsets
/// (-1+0), those of a full matrix by source points (3,4).
std::vector<std::string> kernel_components(const KernelSpec& kernel, const GridSpec& grid,
                                           std::string_view key);
/// How many there are.
std::int64_t count_components(const KernelSpec& kernel, const GridSpec& grid, std::string_view key);

/// What a change of order one is to a component of a parameter, in the units of the grid: Delta^|k|
/// for a coefficient of order k (the shortest step for what is isotropic), 1 for pure numbers.
double component_scale(const KernelSpec& kernel, const GridSpec& grid, std::string_view key,
                       std::int64_t component);

/// Offsets of a full stencil, C order, axes slowest first, unused ones 0.
std::vector<std::array<int, 3>> stencil_offsets(int dimension, int radius);

/// Most components all parameters of a kernel may have together, but for a full matrix.
inline constexpr int most_kernel_components = 125;

} // namespace nadir
