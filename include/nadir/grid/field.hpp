#pragma once

#include "nadir/base/aligned.hpp"
#include "nadir/base/box.hpp"
#include "nadir/grid/grid.hpp"

#include <cstddef>

namespace nadir {

/// How a rank's box lies in memory: C order with `ghost` extra points on both sides of every axis
/// in use. Index (0, 0, 0) is the first owned point; ghosts have negative indices or beyond count.
/// Rows are padded so that all their first owned points are aligned.
struct Layout {
  Extents count{1, 1, 1};
  Extents ghost{0, 0, 0};
  std::ptrdiff_t stride_z = 1, stride_y = 1; ///< stride of x is 1

  Layout() = default;
  Layout(const Grid& grid, int ghost_width)
      : Layout(grid.owned().count, grid.dimension(), ghost_width) {}
  Layout(const Extents& owned, int dimension, int ghost_width);

  std::ptrdiff_t index(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return static_cast<std::ptrdiff_t>(z + ghost[0]) * stride_z +
           static_cast<std::ptrdiff_t>(y + ghost[1]) * stride_y + static_cast<std::ptrdiff_t>(x) +
           lead;
  }
  /// Doubles in memory, ghosts and padding included; a multiple of aligned_doubles.
  std::size_t size() const {
    return static_cast<std::size_t>(lead + (count[0] + 2 * ghost[0]) * stride_z);
  }

 private:
  /// Before the first row: room for its left ghosts; those of the others end the row before.
  std::ptrdiff_t lead = aligned_doubles;
};

/// A padded array on this rank's box; zero at first, ghosts included.
class Field {
 public:
  explicit Field(const Layout& layout) : layout_(layout), data_(layout.size(), 0.0) {}

  const Layout& layout() const { return layout_; }
  double* data() { return data_.data(); }
  const double* data() const { return data_.data(); }
  double& at(std::int64_t z, std::int64_t y, std::int64_t x) {
    return data_[static_cast<std::size_t>(layout_.index(z, y, x))];
  }
  double at(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return data_[static_cast<std::size_t>(layout_.index(z, y, x))];
  }

  void fill(double value) { std::fill(data_.begin(), data_.end(), value); }

 private:
  Layout layout_;
  AlignedDoubles data_;
};

/// Calls row(pointer, points) for every x-row of a padded array's owned points, in C order.
template<class T, class UseRow> void for_owned_rows(const Layout& layout, T* padded, UseRow row) {
  for (std::int64_t z = 0; z < layout.count[0]; ++z) {
    for (std::int64_t y = 0; y < layout.count[1]; ++y)
      row(padded + layout.index(z, y, 0), layout.count[2]);
  }
}

/// A padded array's owned points in C order without ghosts, and back. `packed` has
/// count[0]*count[1]*count[2] entries.
void pack(const Layout& layout, const double* padded, double* packed);
void unpack(const Layout& layout, const double* packed, double* padded);

} // namespace nadir
