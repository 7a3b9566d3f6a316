#include "nadir/kernel/kernel_family.hpp"

#include "nadir/base/text.hpp"

#include <algorithm>

namespace nadir {
namespace {

std::vector<std::string> point_components(const KernelTerm&, const GridSpec& grid) {
  Extents n{1, 1, 1};
  std::copy_backward(grid.shape.begin(), grid.shape.end(), n.end());
  std::vector<std::string> names;
  for (std::int64_t z = 0; z < n[0]; ++z) {
    for (std::int64_t y = 0; y < n[1]; ++y) {
      for (std::int64_t x = 0; x < n[2]; ++x) {
        const std::array at{std::to_string(z), std::to_string(y), std::to_string(x)};
        names.push_back(join({at.end() - grid.dimension(), at.end()}, ","));
      }
    }
  }
  return names;
}

std::int64_t count_points(const KernelTerm&, const GridSpec& grid) {
  std::int64_t points = 1;
  for (const std::int64_t n : grid.shape) points *= n;
  return points;
}

/// W = 1 where the case gives none: only the reader sees it, which asks for the weights.
void spread_on_point(std::span<const std::string>, bool given, std::span<double> values) {
  if (!given && !values.empty()) values[values.size() / 2] = 1.0;
}

} // namespace

KernelFamily dense_family() {
  return {
      .name = "dense",
      .text = "the full matrix, `W_ij` for all points i and j",
      .place = 60,
      .parameters = {{.name = "weights",
                      .symbol = "W",
                      .text = "of dense: of all source points in C order, in space: a row of the "
                              "matrix for each point; a number is that of each",
                      .components = point_components,
                      .count = count_points,
                      .spread = spread_on_point,
                      .fallback_text = "`W = 1`"}},
      .radius = [](const KernelTerm&) { return 0; },
      .full_matrix = true};
}

} // namespace nadir
