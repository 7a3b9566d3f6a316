#pragma once

#include "nadir/kernel/cell_rows.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace nadir {

/// The cells that the functions of one rank's points reach (theory, section 8). Beyond mirrors they
/// end half-way; every cell belongs to its first point's rank, one beyond a mirror to the next
/// point's. Not collective.
class CellGrid {
 public:
  using Mirrors = std::array<std::array<bool, 2>, max_dimension>;
  using Range = CellRows::Range;

  /// `count` points of this rank, with mirrors beyond some of their faces; `basis` must outlive it.
  CellGrid(const GridBasis& basis, const Extents& count, const Mirrors& mirrored)
      : basis_(basis), count_(count), mirrored_(mirrored) {}

  const Extents& count() const { return count_; }

  /// Whether a mirror stands in the middle of this cell, beyond the first point or the last one.
  bool at_mirror(int axis, std::int64_t cell, int side) const;
  /// The cells that the functions of some points reach.
  Range reached(int axis, std::int64_t first, std::int64_t count) const;
  Range reached(int axis) const { return reached(axis, 0, count_[static_cast<std::size_t>(axis)]); }
  bool owns(int axis, std::int64_t cell) const;
  /// Where the coefficient of a point is: at the last point before a mirror for those beyond it.
  std::int64_t coefficient_point(int axis, std::int64_t point) const;

  /// Of a node in a cell, along an axis.
  double node_weight(int axis, std::int64_t cell, int node) const;
  /// A row of values at nodes times their weights along x, and `weight`.
  void weigh(const CellRow& at, int node, double weight, double* row) const;

  /// A row of cells along x, and the owned points it is swept for.
  struct Cells : CellRow {
    std::int64_t point, points;
    bool own; ///< none of another rank's, as far as z and y tell
  };
  /// Calls use(cells) for the rows of cells that owned points see, in segments of points along x.
  template<class Use> void for_cells(Use use) const;
  /// Of a row, those that no other row has: from its points, and the one beyond a mirror before
  /// them.
  Range own_cells(const Cells& at) const;
  /// Owned points of a row and ghosts beyond mirrors.
  CellRows::Written own_points(const Cells& at) const;

 private:
  const GridBasis& basis_;
  Extents count_;
  Mirrors mirrored_;
};

template<class Use> void CellGrid::for_cells(Use use) const {
  const Range z = reached(0), y = reached(1);
  for (std::int64_t cz = z.first; cz <= z.last; ++cz) {
    for (std::int64_t cy = y.first; cy <= y.last; ++cy) {
      for (std::int64_t x = 0; x < count_[2]; x += segment_points) {
        const std::int64_t points = std::min<std::int64_t>(segment_points, count_[2] - x);
        const Range cells = reached(2, x, points);
        use(Cells{{cz, cy, cells.first, cells.last - cells.first + 1},
                  x,
                  points,
                  owns(0, cz) && owns(1, cy)});
      }
    }
  }
}

} // namespace nadir
