#include "nadir/kernel/cell_grid.hpp"

#include "index.hpp"

namespace nadir {
bool CellGrid::at_mirror(int axis, std::int64_t cell, int side) const {
  return mirrored_[uint(axis)][uint(side)] && cell == (side == 0 ? -1 : count_[uint(axis)] - 1);
}

CellGrid::Range CellGrid::reached(int axis, std::int64_t first, std::int64_t count) const {
  const std::size_t a = uint(axis);
  Range range{basis_[a].first_cell(first), basis_[a].last_cell(first + count - 1)};
  if (mirrored_[a][0]) range.first = std::max<std::int64_t>(range.first, -1);
  if (mirrored_[a][1]) range.last = std::min(range.last, count_[a] - 1);
  return range;
}

bool CellGrid::owns(int axis, std::int64_t cell) const {
  return (cell >= 0 && cell < count_[uint(axis)]) || at_mirror(axis, cell, 0);
}

std::int64_t CellGrid::coefficient_point(int axis, std::int64_t point) const {
  const std::size_t a = uint(axis);
  if (point == -1 && mirrored_[a][0]) return 0;
  if (point == count_[a] && mirrored_[a][1]) return point - 1;
  return point;
}

double CellGrid::node_weight(int axis, std::int64_t cell, int node) const {
  const CellBasis& basis = basis_[uint(axis)];
  double weight = basis.weight[uint(node)];
  for (int side = 0; side < 2; ++side)
    if (at_mirror(axis, cell, side)) weight *= basis.inside(node, side);
  return weight;
}

void CellGrid::weigh(const CellRow& at, int node, double weight, double* row) const {
  const CellBasis& basis = basis_[x_axis];
  const double factor = weight * basis.weight[uint(node)];
  for (std::int64_t x = 0; x < at.count; ++x) row[x] *= factor;
  if (at_mirror(x_axis, at.first, 0)) row[0] *= basis.inside(node, 0);
  if (at_mirror(x_axis, at.first + at.count - 1, 1)) row[at.count - 1] *= basis.inside(node, 1);
}

CellGrid::Range CellGrid::own_cells(const Cells& at) const {
  const bool beyond = at.point == 0 && at_mirror(x_axis, at.first, 0);
  return {beyond ? -1 : at.point, at.point + at.points - 1};
}

CellRows::Written CellGrid::own_points(const Cells& at) const {
  const auto written = [&](std::size_t a, std::int64_t first, std::int64_t count) {
    const CellBasis& b = basis_[a];
    const bool low = first == 0 && mirrored_[a][0];
    const bool high = first + count == count_[a] && mirrored_[a][1];
    return Range{low ? b.lowest - 1 : first,
                 first + count - 1 + (high ? b.lowest + b.taps - 1 : 0)};
  };
  return {written(0, 0, count_[0]), written(1, 0, count_[1]), written(x_axis, at.point, at.points)};
}

} // namespace nadir
