#include "nadir/kernel/radial.hpp"

#include <cstdlib>
#include <map>

namespace nadir {

RadialStencil radial_stencil(int dimension, int radius,
                             const std::array<double, max_dimension>& spacing) {
  std::map<std::array<int, max_dimension>, std::vector<std::array<int, max_dimension>>> shells;
  for (const auto& offset : stencil_offsets(dimension, radius))
    shells[{std::abs(offset[0]), std::abs(offset[1]), std::abs(offset[2])}].push_back(offset);
  RadialStencil stencil;
  stencil.dimension = dimension;
  stencil.radius = radius;
  for (std::size_t a = max_dimension - static_cast<std::size_t>(dimension); a < spacing.size(); ++a)
    stencil.volume *= spacing[a];
  for (const auto& [away, offsets] : shells) {
    double square = 0;
    for (std::size_t a = 0; a < away.size(); ++a)
      square += (away[a] * spacing[a]) * (away[a] * spacing[a]);
    stencil.square.push_back(square);
    stencil.first.push_back(stencil.offsets.size());
    stencil.offsets.insert(stencil.offsets.end(), offsets.begin(), offsets.end());
  }
  stencil.first.push_back(stencil.offsets.size());
  return stencil;
}

StencilTable radial_table_of(const RadialFamily& family, const RadialStencil& stencil) {
  StencilTable table;
  table.identity = false;
  table.radius = stencil.radius;
  table.coefficients = 1 + family.shapes;
  for (std::size_t k = 0; k < stencil.shells(); ++k) {
    Stencil& shell = table.terms.emplace_back();
    for (std::size_t j = stencil.first[k]; j < stencil.first[k + 1]; ++j)
      shell.push_back({stencil.offsets[j], 1.0});
  }
  table.weights = [=](std::span<const double> theta, std::span<double> weights) {
    RadialTable phi;
    family.tabulate(stencil, theta.data() + 1, phi);
    for (std::size_t k = 0; k < weights.size(); ++k) weights[k] = theta[0] * phi.value[k];
  };
  table.slopes = [=](std::span<const double> theta, std::size_t c, std::span<double> slopes) {
    RadialTable phi;
    family.tabulate(stencil, theta.data() + 1, phi);
    for (std::size_t k = 0; k < slopes.size(); ++k)
      slopes[k] = c == 0 ? phi.value[k] : theta[0] * phi.slope[c - 1][k];
  };
  return table;
}

} // namespace nadir
