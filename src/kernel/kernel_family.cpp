#include "nadir/kernel/kernel_family.hpp"

#include "nadir/base/log.hpp"
#include "nadir/base/text.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {

#include "kernel_family_list.hpp"

namespace {

std::vector<KernelFamily> make_families() {
  std::vector<KernelFamily> families{NADIR_KERNEL_FAMILIES};
  std::ranges::sort(families, {}, &KernelFamily::place);
  return families;
}

double shortest_step(const GridSpec& grid) { return std::ranges::min(grid.spacing); }

double volume_of_point(const GridSpec& grid) {
  double volume = 1;
  for (const double step : grid.spacing) volume *= step;
  return volume;
}

/// The product of the steps along the axes named by letters: "yx" is Delta_y Delta_x.
double steps_along(const GridSpec& grid, std::string_view axes) {
  const auto names = axis_names(grid.dimension());
  double product = 1;
  for (const char axis : axes) {
    const auto found = std::ranges::find(names, std::string(1, axis));
    product *= grid.spacing[static_cast<std::size_t>(found - names.begin())];
  }
  return product;
}

std::string power_of(const std::string& units, const std::string& power) {
  return units == "1" ? units : units + "^" + power;
}

} // namespace

std::span<const KernelFamily> kernel_families() {
  static const std::vector<KernelFamily> families = make_families();
  return families;
}

const KernelFamily* find_family(std::string_view name) {
  const auto found = std::ranges::find(kernel_families(), name, &KernelFamily::name);
  return found == kernel_families().end() ? nullptr : &*found;
}

std::vector<std::string> component_names(const KernelTerm& term, const FamilyParameter& parameter,
                                         const GridSpec& grid) {
  return parameter.components ? parameter.components(term, grid) : std::vector<std::string>{""};
}

std::int64_t count_components(const KernelTerm& term, const FamilyParameter& parameter,
                              const GridSpec& grid) {
  return parameter.count ? parameter.count(term, grid)
                         : std::ssize(component_names(term, parameter, grid));
}

double component_scale(const KernelTerm& term, const FamilyParameter& parameter,
                       const GridSpec& grid, std::int64_t component) {
  switch (parameter.measure) {
  case Measure::number:
    return 1;
  case Measure::length:
    return shortest_step(grid);
  case Measure::per_volume:
    return 1 / volume_of_point(grid);
  case Measure::moment:
    break;
  }
  const auto name = component_names(term, parameter, grid)[static_cast<std::size_t>(component)];
  if (!name.empty()) return steps_along(grid, name);
  double scale = 1;
  for (int k = 0; k < parameter.order; ++k) scale *= shortest_step(grid);
  return scale;
}

std::string parameter_units(const FamilyParameter& parameter, const GridSpec& grid) {
  switch (parameter.measure) {
  case Measure::number:
    return "1";
  case Measure::length:
    return grid.units;
  case Measure::per_volume:
    return power_of(grid.units, formatted("-%d", grid.dimension()));
  case Measure::moment:
    break;
  }
  if (parameter.order == 0) return power_of(grid.units, "|k|");
  return parameter.order == 1 ? grid.units : squared(grid.units);
}

std::string convolution_problem(const KernelSpec& kernel, const GridSpec& grid) {
  for (const KernelTerm& term : kernel.terms)
    for (std::size_t p = 0; p < term.parameters.size(); ++p)
      if (term.parameters[p].varies_space)
        return term.path + "." + std::string(term.family->parameters[p].name) + " varies in space";
  if (kernel.is_full_matrix()) return "kernel.type is \"dense\"";
  const auto open = [](const BoundarySpec& b) { return b.kind != BoundaryKind::periodic; };
  if (std::ranges::any_of(grid.boundary, open)) return "not all axes are periodic";
  return {};
}

double neighbours_within(int dimension, std::int64_t radius) {
  return std::pow(2.0 * static_cast<double>(radius) + 1, dimension);
}

} // namespace nadir
