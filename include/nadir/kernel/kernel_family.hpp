#pragma once

#include "nadir/grid/grid_spec.hpp"
#include "nadir/kernel/kernel_spec.hpp"
#include "nadir/kernel/radial.hpp"
#include "nadir/kernel/stencil_table.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {

/// What all values of a parameter must be above, for its kernel to be one.
struct ValueLimit {
  double low = 0;
  std::string reason; ///< continues "must be above LOW"
};

/// What a parameter is measured in, and so what a change of order one is to it.
enum class Measure {
  number,     ///< pure
  length,     ///< Delta, the shortest step
  per_volume, ///< 1 / prod_a Delta_a
  moment, ///< Delta^k, k the axes in the component's name; of an isotropic one the shortest step
};

inline constexpr double must_be_given = std::numeric_limits<double>::quiet_NaN();

/// A parameter of a family of kernels.
struct FamilyParameter {
  std::string_view name;   ///< its key in [kernel]
  std::string_view symbol; ///< R, U, D, ...
  double fallback = 0;     ///< where the case does not give it; NaN: it must
  std::string_view text;   ///< for the case reference
  Measure measure = Measure::number;
  int order = 0; ///< of a moment; 0: as many as letters in the component's name

  /// Names of its components; {""} of a single one. U by axes (y, x), D by pairs of axes (yy, yx,
  /// xx), weights by offsets (-1+0), those of a full matrix by source points (3,4).
  std::vector<std::string> (*components)(const KernelTerm& term, const GridSpec& grid) = nullptr;
  /// How many there are, where naming them takes long.
  std::int64_t (*count)(const KernelTerm& term, const GridSpec& grid) = nullptr;
  std::optional<ValueLimit> (*limit)(int dimension) = nullptr;
  /// The values that a number stands for, by components; by default all of them. `given` tells
  /// whether the case has it.
  void (*spread)(std::span<const std::string> names, bool given,
                 std::span<double> values) = nullptr;
  std::string_view fallback_text = ""; ///< the default in words
};

/// An option of a family: a number, or one of some choices.
struct FamilyOption {
  std::string_view name;
  std::string_view text; ///< for the case reference
  std::vector<std::string_view> choices = {};
  std::int64_t least = 0, most = 0; ///< of a number
  std::int64_t fallback = 0;
  std::string_view fallback_text = ""; ///< in words
};

/// Where the neighbours of a kernel end unless the case says so.
struct NaturalRadius {
  std::int64_t points = 1;
  std::string problem; ///< why there is none
};

/// The extreme values of a parameter, all components together.
struct ParameterRange {
  double minimum = 0, maximum = 0;
};

/// What cutting a kernel off at its radius leaves out.
struct CutOff {
  std::string_view what; ///< "the widest gaussian"
  double share = 0;      ///< of its weight
};

/// One family of kernels (theory, section 4): all that is known of it, in a file of its own in
/// src/kernel/families, which the build finds.
struct KernelFamily {
  std::string_view name; ///< kernel.type
  std::string_view text; ///< for the case reference
  int place = 0;         ///< in the order of families
  std::vector<FamilyOption> options = {};
  std::vector<FamilyParameter> parameters = {};

  /// Neighbours are at most so many points away along every axis.
  int (*radius)(const KernelTerm& term) = nullptr;
  /// Of a family with the option radius.
  NaturalRadius (*natural_radius)(const KernelTerm& term, const GridSpec& grid) = nullptr;
  double most_neighbours = 0; ///< that a kernel of this radius may have
  bool any_radius = false;    ///< even beyond the longest axis
  bool full_matrix = false;   ///< couples all points of the grid: no stencil
  bool galerkin = false;      ///< has a form on functions (Basis)

  /// Its table, and its kernel where that is not made of the table.
  StencilTable (*table)(const KernelTerm& term, int dimension,
                        const std::array<double, max_dimension>& spacing) = nullptr;
  std::unique_ptr<Kernel> (*make)(const KernelTerm& term, int dimension,
                                  const std::array<double, max_dimension>& spacing) = nullptr;
  RadialFamily (*radial)() = nullptr; ///< of kernels that know distances alone
  /// Of these values of its parameters, beyond `reach` (a length, by axis, slowest first, unused
  /// axes 0).
  CutOff (*cut_off)(std::span<const ParameterRange> values,
                    const std::array<double, max_dimension>& reach, int dimension) = nullptr;
};

/// All families, in their order.
std::span<const KernelFamily> kernel_families();
/// The one of that name; null where there is none.
const KernelFamily* find_family(std::string_view name);
/// Names of the components of a parameter of a term, and how many there are.
std::vector<std::string> component_names(const KernelTerm& term, const FamilyParameter& parameter,
                                         const GridSpec& grid);
std::int64_t count_components(const KernelTerm& term, const FamilyParameter& parameter,
                              const GridSpec& grid);
/// What a change of order one is to a component, in the units of the grid.
double component_scale(const KernelTerm& term, const FamilyParameter& parameter,
                       const GridSpec& grid, std::int64_t component);
/// "m^2" of a D where the grid is in m.
std::string parameter_units(const FamilyParameter& parameter, const GridSpec& grid);

/// Why Fourier transforms cannot compute the kernel; empty where they can: where it is a stencil
/// that is the same at all points of a grid that is periodic along all axes.
std::string convolution_problem(const KernelSpec& kernel, const GridSpec& grid);

/// Neighbours within a radius, a point itself included.
double neighbours_within(int dimension, std::int64_t radius);

} // namespace nadir
