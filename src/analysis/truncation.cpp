#include "nadir/analysis/truncation.hpp"

#include "nadir/analysis/summary.hpp"
#include "nadir/base/log.hpp"
#include "nadir/kernel/kernel_family.hpp"

#include <algorithm>

namespace nadir {
namespace {

/// Of all components of a parameter.
ParameterRange extremes_of(const Grid& grid, const ParameterValues& values) {
  const Range first = range_of(grid, values, 0);
  ParameterRange all{first.minimum, first.maximum};
  for (std::int64_t k = 1; k < values.components(); ++k) {
    const Range one = range_of(grid, values, k);
    all = {std::min(all.minimum, one.minimum), std::max(all.maximum, one.maximum)};
  }
  return all;
}

} // namespace

std::string truncation_text(const Grid& grid, const KernelSpec& kernel,
                            const Coefficients& coefficients) {
  std::string text;
  for (std::size_t t = 0; t < kernel.terms.size(); ++t) {
    const KernelTerm& term = kernel.terms[t];
    if (!term.family->cut_off) continue;
    std::array<double, max_dimension> reach{};
    for (auto a = static_cast<std::size_t>(grid.first_axis()); a < reach.size(); ++a)
      reach[a] = (static_cast<double>(term.radius()) + 0.5) * grid.spacings()[a];
    std::vector<ParameterRange> values;
    for (const Parameter& p : coefficients.parameters())
      if (p.term == t) values.push_back(extremes_of(grid, coefficients[p]));
    const CutOff cut = term.family->cut_off(values, reach, grid.dimension());
    if (!text.empty()) text += '\n';
    text += formatted("cut off at the kernel's radius: %s leaves out %.2g of its weight",
                      std::string(cut.what).c_str(), cut.share);
  }
  return text;
}

} // namespace nadir
