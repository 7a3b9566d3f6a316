#pragma once

#include "nadir/base/aligned.hpp"

#include <cstdint>

namespace nadir {

/// A symmetric positive definite matrix that couples points of a line up to `width` apart, around
/// its ends too where it `wraps`; factorised by Cholesky's method, so that solving is exact to
/// rounding and its own transpose. Lines are taken many at once, lines[i * count + k] being point i
/// of line k; what becomes of a line does not depend on the others.
class BandMatrix {
 public:
  BandMatrix(std::int64_t points, int width, bool wraps);

  /// Adds to the entry (i, j), and to (j, i) by another call.
  void add(std::int64_t i, std::int64_t j, double value);
  /// After all entries are there.
  void factorise();
  /// x = A^-1 x for `count` lines.
  void solve(double* lines, std::int64_t count) const;

 private:
  double& entry(std::int64_t i, std::int64_t j) {
    return i < banded_ ? band_[static_cast<std::size_t>(i * (width_ + 1) + i - j)]
                       : border_[static_cast<std::size_t>((i - banded_) * points_ + j)];
  }
  double entry(std::int64_t i, std::int64_t j) const {
    return const_cast<BandMatrix*>(this)->entry(i, j);
  }
  /// Rows of the lower triangle begin there.
  std::int64_t first_column(std::int64_t i) const {
    return i < banded_ ? std::max<std::int64_t>(0, i - width_) : 0;
  }

  std::int64_t points_, width_;
  std::int64_t banded_;    ///< the rows after these are whole: what wraps is in them
  AlignedDoubles band_;    ///< [i][i - j]
  AlignedDoubles border_;  ///< [i - banded][j]
  AlignedDoubles inverse_; ///< of the factor's diagonal
};

/// x <- B x for `count` lines of `points`: at_point x_i + at_neighbour (x_{i-1} + x_{i+1}), with
/// the ends' neighbours around the line where it `wraps`, else mirrored. `scratch` has room for
/// three rows of `count`.
void multiply_neighbours(double at_point, double at_neighbour, bool wraps, std::int64_t points,
                         double* lines, std::int64_t count, double* scratch);

} // namespace nadir
