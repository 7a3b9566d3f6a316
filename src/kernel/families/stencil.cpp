#include "kernel/radial_parameters.hpp"

#include "nadir/base/log.hpp"

namespace nadir {
namespace {

std::vector<std::string> weight_components(const KernelTerm& term, const GridSpec& grid) {
  std::vector<std::string> names;
  const int dimension = grid.dimension();
  for (const auto& offset : stencil_offsets(dimension, counted_radius(term))) {
    std::string& name = names.emplace_back();
    for (int a = max_dimension - dimension; a < max_dimension; ++a)
      name += formatted("%+d", offset[static_cast<std::size_t>(a)]);
  }
  return names;
}

/// W = 1 where the case gives none.
void spread_identity(std::span<const std::string>, bool given, std::span<double> values) {
  if (!given && !values.empty()) values[values.size() / 2] = 1.0;
}

} // namespace

KernelFamily stencil_family() {
  return {
      .name = "stencil",
      .text = "the weights of all neighbours up to `radius` themselves",
      .place = 30,
      .options = {radius_option(
          "points to the farthest neighbours along an axis; of stencil: at most 125 neighbours")},
      .parameters = {{.name = "weights",
                      .symbol = "W",
                      .text = "of stencil: weights of the neighbours in C order, from the lowest "
                              "offsets on",
                      .components = weight_components,
                      .spread = spread_identity,
                      .fallback_text = "`W = 1`"}},
      .radius = counted_radius,
      .natural_radius = [](const KernelTerm&, const GridSpec&) { return NaturalRadius{}; },
      .most_neighbours = max_coefficients,
      .any_radius = true,
      .table = [](const KernelTerm& term, int dimension,
                  const Spacings&) { return full_stencil_table(counted_radius(term), dimension); }};
}

} // namespace nadir
