#pragma once

#include "nadir/grid/pencil_transpose.hpp"
#include "nadir/kernel/band_matrix.hpp"
#include "nadir/kernel/cell_basis.hpp"

namespace nadir {

/// The part of one axis in the matrices of a Galerkin layer, which are tensor products: M of sums
/// over nodes, B of values at points, v_i = sum_j phi_j(q_i) z_j. Both are symmetric, banded but
/// for what goes around a periodic axis, factorised once and solved directly; functions beyond
/// mirrors are folded into those of the points they mirror. Fields are padded arrays, of which the
/// owned points are changed. Collective, all of them.
class GalerkinAxis {
 public:
  GalerkinAxis(const Grid& grid, const Layout& layout, int axis, const CellBasis& basis);
  GalerkinAxis(const GalerkinAxis&) = delete;
  GalerkinAxis& operator=(const GalerkinAxis&) = delete;

  /// B^-1 field, its own transpose.
  void to_amplitudes(double* field) { lines_.transform(field, solve_points_); }
  /// B M^-1 field, and its transpose M^-1 B field.
  void to_values(double* field) { lines_.transform(field, to_values_); }
  void to_values_transpose(double* field) { lines_.transform(field, from_values_); }

  /// Floating-point operations per point of the solves of a layer.
  double flops() const;

  /// Bytes of factors and buffers on a box of an axis of `points`.
  static double bytes(std::int64_t points, const Extents& owned, int axis);

 private:
  bool interpolating() const { return at_neighbour_ == 0; } ///< B = 1
  void multiply_points(double* lines, std::int64_t count);

  PencilTranspose lines_;
  bool wraps_;
  double at_point_, at_neighbour_;
  int width_;
  BandMatrix mass_, points_;
  AlignedDoubles scratch_;
  PencilTranspose::Work solve_points_, to_values_, from_values_;
};

} // namespace nadir
