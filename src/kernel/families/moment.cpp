#include "kernel/moment_parameters.hpp"

#include "nadir/base/multi_index.hpp"

namespace nadir {
namespace {

/// "yxx" for one derivative along y and two along x.
std::string derivative_name(const MultiIndex& k) {
  const auto axes = axis_names(max_dimension);
  std::string name;
  for (std::size_t a = 0; a < k.size(); ++a)
    for (int i = 0; i < k[a]; ++i) name += axes[a];
  return name;
}

std::vector<std::string> higher_components(const KernelTerm& term, const GridSpec& grid) {
  std::vector<std::string> names;
  for (const auto& k : multi_indices(grid.dimension(), 3, static_cast<int>(term.option("order"))))
    names.push_back(derivative_name(k));
  return names;
}

} // namespace

KernelFamily moment_family() {
  return {
      .name = "moment",
      .text = "the same plus derivatives of order 3 to `order`: dispersion, hyper-diffusion and "
              "beyond",
      .place = 20,
      .options = {diffusion_tensor_option(),
                  {.name = "order",
                   .text = "of moment: the highest derivative; in 2 dimensions at most 14, in 3 at "
                           "most 6",
                   .least = 2,
                   .most = 24,
                   .fallback = 4}},
      .parameters = {reaction_parameter(),
                     advection_parameter(),
                     diffusion_parameter(),
                     {.name = "higher",
                      .symbol = "c",
                      .text = "of moment: `c_k` of the derivatives `∂^k`, 3 ≤ |k| ≤ order, by "
                              "order, then as in (xxx, yxx, yyx, yyy)",
                      .measure = Measure::moment,
                      .components = higher_components}},
      .radius =
          [](const KernelTerm& term) { return static_cast<int>(term.option("order") + 1) / 2; },
      .table =
          [](const KernelTerm& term, int dimension,
             const std::array<double, max_dimension>& spacing) {
            return moment_stencil_table(term.tensor(), static_cast<int>(term.option("order")),
                                        dimension, spacing);
          }};
}

} // namespace nadir
