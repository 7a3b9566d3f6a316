#include "moment_parameters.hpp"

namespace nadir {
namespace {

std::vector<std::string> advection_components(const KernelTerm&, const GridSpec& grid) {
  if (grid.dimension() == 1) return {""};
  return axis_names(grid.dimension());
}

std::vector<std::string> diffusion_components(const KernelTerm& term, const GridSpec& grid) {
  return diffusion_names(grid.dimension(), term.tensor());
}

/// As a full tensor a number is the isotropic one.
void spread_on_diagonal(std::span<const std::string> names, bool, std::span<double> values) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i].size() == 2 && names[i][0] != names[i][1]) values[i] = 0.0;
}

} // namespace

FamilyOption diffusion_tensor_option() {
  return {.name = "diffusion_tensor",
          .text = "the form of D",
          .choices = {"isotropic", "diagonal", "full"}};
}

FamilyParameter reaction_parameter() {
  return {.name = "reaction", .symbol = "R", .text = "R, 1 component"};
}

FamilyParameter advection_parameter() {
  return {.name = "advection",
          .symbol = "U",
          .text = "U, d components in axis order, such as (y, x)",
          .measure = Measure::moment,
          .order = 1,
          .components = advection_components};
}

FamilyParameter diffusion_parameter() {
  return {.name = "diffusion",
          .symbol = "D",
          .text = "D: 1 component (isotropic), d (diagonal) or d(d+1)/2 (full), the upper triangle "
                  "by rows, such as (yy, yx, xx)",
          .measure = Measure::moment,
          .order = 2,
          .components = diffusion_components,
          .spread = spread_on_diagonal};
}

} // namespace nadir
