#include "nadir/grid/grid.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"

#include <algorithm>

namespace nadir {
Grid::Grid(MPI_Comm comm, const GridSpec& grid, int width)
    : Space(comm, grid.dimension(), three_extents(grid.shape)) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm_, &ranks));
  std::copy_backward(grid.spacing.begin(), grid.spacing.end(), spacing_.end());
  std::copy_backward(grid.boundary.begin(), grid.boundary.end(), boundary_.end());
  const auto processes = choose_process_grid(shape_, ranks, width);
  if (!processes) {
    throw InputError(
        formatted("grid.shape: %d ranks do not fit this grid; the largest usable count is %d",
                  ranks, largest_usable_ranks(shape_, ranks, width)));
  }
  processes_ = *processes;
  read_ownership();
}

void Grid::read_ownership() {
  constexpr auto none = DM_BOUNDARY_NONE; // ghosts are ours, see Halo
  const auto& n = shape_;
  const auto& p = processes_;
  const auto size = [](std::int64_t value) { return static_cast<PetscInt>(value); };
  // DMDA counts axes from the fastest; a 3-D one with axes of length 1 serves every dimension.
  check_petsc(DMDACreate3d(comm_, none, none, none, DMDA_STENCIL_BOX, size(n[2]), size(n[1]),
                           size(n[0]), p[2], p[1], p[0], 1, 0, nullptr, nullptr, nullptr,
                           dm_.out()));
  check_petsc(DMSetUp(dm_));
  std::array<PetscInt, 3> start{}, count{};
  check_petsc(
      DMDAGetCorners(dm_, &start[2], &start[1], &start[0], &count[2], &count[1], &count[0]));
  std::ranges::copy(start, owned_.start.begin());
  std::ranges::copy(count, owned_.count.begin());
}

std::optional<int> Grid::neighbour(int axis, int side) const {
  const auto a = static_cast<std::size_t>(axis);
  // DMDA numbers the ranks with x fastest, as we do points.
  ProcessGrid at{rank_ / (processes_[1] * processes_[2]), rank_ / processes_[2] % processes_[1],
                 rank_ % processes_[2]};
  at[a] += side == 0 ? -1 : 1;
  if (at[a] < 0 || at[a] >= processes_[a]) {
    if (boundary_[a].kind != BoundaryKind::periodic || axis < first_axis()) return std::nullopt;
    at[a] = (at[a] + processes_[a]) % processes_[a];
  }
  return (at[0] * processes_[1] + at[1]) * processes_[2] + at[2];
}

} // namespace nadir
