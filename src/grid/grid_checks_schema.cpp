#include "grid_schema.hpp"

#include "nadir/base/text.hpp"

#include <cmath>
#include <limits>
#include <tuple>

namespace nadir::schema {
namespace {

class GridCheck {
 public:
  GridCheck(GridSpec& grid, const Checks& checks) : grid_(grid), checks_(checks) {}
  void run();

 private:
  template<class M>
  void per_axis(const std::string& path, std::vector<M>& values, const M& fallback);
  void point_count();
  void coordinates();

  GridSpec& grid_;
  const Checks& checks_;
};

void GridCheck::run() {
  if (!checks_.usable("grid.shape")) return;
  point_count();
  per_axis("grid.spacing", grid_.spacing, 1.0);
  per_axis("grid.origin", grid_.origin, 0.0);
  per_axis("grid.boundary", grid_.boundary, BoundarySpec{});
  coordinates();
}

template<class M>
void GridCheck::per_axis(const std::string& path, std::vector<M>& values, const M& fallback) {
  if (!checks_.usable(path)) return;
  const std::size_t axes = grid_.shape.size();
  if (!checks_.given(path)) values.assign(axes, fallback);
  if (values.size() == axes) return;
  checks_.problem(path, "must have one entry for each of the " + std::to_string(axes) +
                            " axes of grid.shape, has " + std::to_string(values.size()));
}

void GridCheck::point_count() {
  std::int64_t points = 1;
  for (const auto n : grid_.shape) {
    if (points > std::numeric_limits<std::int64_t>::max() / n)
      return checks_.problem("grid.shape", "has more points than a 64-bit integer counts");
    points *= n;
  }
}

void GridCheck::coordinates() {
  const auto& [shape, spacing, origin] = std::tie(grid_.shape, grid_.spacing, grid_.origin);
  if (spacing.size() != shape.size() || origin.size() != shape.size()) return;
  constexpr double least = 1e-150, most = 1e150; // differences divide by its square
  for (std::size_t a = 0; a < shape.size(); ++a)
    if (!std::isfinite(origin[a] + spacing[a] * static_cast<double>(shape[a])))
      return checks_.problem("grid.spacing",
                             number_text(spacing[a]) + " is too large: the coordinates of " +
                                 std::to_string(shape[a]) + " points leave the range of numbers");
  for (const double h : spacing)
    if (h > 0 && (h < least || h > most))
      return checks_.problem("grid.spacing",
                             "the square of " + number_text(h) +
                                 " leaves the range of numbers; choose other units");
}

} // namespace

void check_grid(GridSpec& grid, const Checks& checks) { GridCheck(grid, checks).run(); }

} // namespace nadir::schema
