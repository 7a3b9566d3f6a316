#include "nadir/grid/process_grid.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace nadir {
namespace {

/// Points one rank exchanges per halo update with the most unfavourable box.
double halo_surface(const Extents& shape, const ProcessGrid& p) {
  double surface = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    if (p[a] == 1) continue;
    double face = 1;
    for (std::size_t b = 0; b < 3; ++b) {
      if (b != a) face *= static_cast<double>((shape[b] + p[b] - 1) / p[b]);
    }
    surface += face;
  }
  return surface;
}

bool fits(std::int64_t points, int ranks, int width) {
  return ranks == 1 || points / ranks >= std::max(width, 1);
}

} // namespace

Extents three_extents(const std::vector<std::int64_t>& shape) {
  Extents extents{1, 1, 1};
  std::copy_backward(shape.begin(), shape.end(), extents.end());
  return extents;
}

std::optional<ProcessGrid> choose_process_grid(const Extents& shape, int ranks, int width) {
  std::optional<ProcessGrid> best;
  double best_surface = std::numeric_limits<double>::infinity();
  for (int p0 = 1; p0 <= ranks; ++p0) {
    if (ranks % p0 != 0 || !fits(shape[0], p0, width)) continue;
    for (int p1 = 1; p1 <= ranks / p0; ++p1) {
      const int p2 = ranks / p0 / p1;
      if (p0 * p1 * p2 != ranks || !fits(shape[1], p1, width) || !fits(shape[2], p2, width)) {
        continue;
      }
      const ProcessGrid candidate{p0, p1, p2};
      const double surface = halo_surface(shape, candidate);
      // Of equals the later one cuts the slower axis: its faces are contiguous rows.
      if (surface <= best_surface) {
        best = candidate;
        best_surface = surface;
      }
    }
  }
  return best;
}

int largest_usable_ranks(const Extents& shape, int ranks, int width) {
  double most = 1; // cut as finely as can be
  for (const std::int64_t n : shape)
    most *= static_cast<double>(std::max<std::int64_t>(1, n / std::max(width, 1)));
  if (most < ranks) ranks = static_cast<int>(most);
  while (ranks > 1 && !choose_process_grid(shape, ranks, width)) --ranks;
  return ranks;
}

Extents largest_box(const Extents& shape, const ProcessGrid& processes) {
  Extents box;
  for (std::size_t a = 0; a < box.size(); ++a)
    box[a] = (shape[a] + processes[a] - 1) / processes[a];
  return box;
}

double points_in(const Extents& box) {
  return static_cast<double>(box[0]) * static_cast<double>(box[1]) * static_cast<double>(box[2]);
}

} // namespace nadir
