#pragma once

#include "nadir/grid/grid.hpp"

#include <utility>
#include <vector>

namespace nadir::test {

/// A grid of this shape over the ranks of `comm`, with spacings 1, 1.25, ... and the same boundary
/// everywhere. Collective.
inline Grid grid_of(std::vector<std::int64_t> shape, BoundaryKind boundary,
                    MPI_Comm comm = MPI_COMM_WORLD) {
  GridSpec grid;
  for (std::size_t a = 0; a < shape.size(); ++a) {
    grid.spacing.push_back(1.0 + 0.25 * static_cast<double>(a));
    grid.origin.push_back(0.0);
    grid.boundary.push_back({boundary, 0.0});
  }
  grid.shape = std::move(shape);
  return Grid(comm, grid);
}

} // namespace nadir::test
