#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/grid/grid.hpp"

#include <complex>
#include <cstdint>
#include <vector>

namespace nadir {

/// Moves fields between the boxes of a grid's ranks and slabs, one contiguous range of points in C
/// order for each rank, as libraries of distributed Fourier transforms cut a grid.
class SlabExchange {
 public:
  /// This rank's slab has the points first ... first + count - 1; all slabs together have each
  /// point once. The grid must outlive this. Collective.
  SlabExchange(const Grid& grid, std::int64_t first, std::int64_t count);

  /// The owned points of a padded array to a slab, as real parts, and the real parts back.
  /// Collective.
  void to_slab(const Layout& layout, const double* padded, std::complex<double>* slab);
  void to_box(const std::complex<double>* slab, const Layout& layout, double* padded);

 private:
  void exchange(const std::vector<double>& from, const std::vector<int>& to_each,
                std::vector<double>& to, const std::vector<int>& from_each);

  const Grid& grid_;
  std::vector<int> of_box_, of_slab_; ///< points of this box by slab, of this slab by box
  std::vector<std::int64_t> place_;   ///< in the slab, of each point as it comes
  std::vector<double> box_, slab_;    ///< packed; the slab's points box by box
};

} // namespace nadir
