#pragma once

#include "nadir/base/box.hpp"
#include "nadir/base/handle.hpp"
#include "nadir/grid/grid_spec.hpp"
#include "nadir/grid/process_grid.hpp"
#include "nadir/grid/space.hpp"

#include <mpi.h>

#include <array>
#include <optional>

/// The room `grid`: points in space, and which rank has them.
///
/// Here live what a case says of its grid (grid_spec.hpp), the decomposition (this header), padded
/// fields (field.hpp), the halo as a pair of copy and its transpose (halo.hpp), and the exchanges
/// that turn rows and slabs round for transforms (pencil_transpose.hpp, slab_exchange.hpp,
/// fourier_transform.hpp) or between groups of ranks (regrouping.hpp).
///
/// The room does not know what a field means: no coefficients, no layers, no loss.
namespace nadir {

/// The uniform grid and its distribution: one box of points per rank (PETSc DMDA).
///
/// Axes are numbered 0..2, slowest first, in every dimension; in d dimensions the axes in use are
/// 3-d..2 (`first_axis()`..2), so x is always axis 2.
class Grid : public Space {
 public:
  /// Every rank owns at least `width` points of each axis that is cut. Collective. Throws
  /// InputError when the ranks do not fit the grid.
  Grid(MPI_Comm comm, const GridSpec& grid, int width = 1);

  int first_axis() const { return max_dimension - dimension(); }
  const ProcessGrid& process_grid() const { return processes_; }
  double spacing(int axis) const { return spacing_[static_cast<std::size_t>(axis)]; }
  const std::array<double, max_dimension>& spacings() const { return spacing_; }
  const BoundarySpec& boundary(int axis) const { return boundary_[static_cast<std::size_t>(axis)]; }

  /// The rank beyond the low (side 0) or high (side 1) face of this rank's box, periodic axes
  /// wrapped (possibly this rank itself); nothing at a boundary that is not periodic.
  std::optional<int> neighbour(int axis, int side) const;

 private:
  void read_ownership();

  std::array<double, max_dimension> spacing_{1, 1, 1};
  std::array<BoundarySpec, max_dimension> boundary_;
  ProcessGrid processes_{1, 1, 1};
  DmHandle dm_;
};

} // namespace nadir
