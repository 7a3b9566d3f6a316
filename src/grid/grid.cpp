#include "nadir/grid/grid.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"

#include <algorithm>
#include <limits>

namespace nadir {
namespace {

/// Points one rank exchanges per halo update with the most unfavourable box.
double halo_surface(const Extents& shape, const ProcessGrid& p) {
  double surface = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    if (p[a] == 1) continue;
    double face = 1;
    for (std::size_t b = 0; b < 3; ++b) {
      if (b != a) face *= static_cast<double>((shape[b] + p[b] - 1) / p[b]);
    }
    surface += face;
  }
  return surface;
}

bool fits(std::int64_t points, int ranks, int width) {
  return ranks == 1 || points / ranks >= std::max(width, 1);
}

} // namespace

Extents three_extents(const std::vector<std::int64_t>& shape) {
  Extents extents{1, 1, 1};
  std::copy_backward(shape.begin(), shape.end(), extents.end());
  return extents;
}

std::optional<ProcessGrid> choose_process_grid(const Extents& shape, int ranks, int width) {
  std::optional<ProcessGrid> best;
  double best_surface = std::numeric_limits<double>::infinity();
  for (int p0 = 1; p0 <= ranks; ++p0) {
    if (ranks % p0 != 0 || !fits(shape[0], p0, width)) continue;
    for (int p1 = 1; p1 <= ranks / p0; ++p1) {
      const int p2 = ranks / p0 / p1;
      if (p0 * p1 * p2 != ranks || !fits(shape[1], p1, width) || !fits(shape[2], p2, width)) {
        continue;
      }
      const ProcessGrid candidate{p0, p1, p2};
      const double surface = halo_surface(shape, candidate);
      // Of equals the later one cuts the slower axis: its faces are contiguous rows.
      if (surface <= best_surface) {
        best = candidate;
        best_surface = surface;
      }
    }
  }
  return best;
}

int largest_usable_ranks(const Extents& shape, int ranks, int width) {
  while (ranks > 1 && !choose_process_grid(shape, ranks, width)) --ranks;
  return ranks;
}

Grid::Grid(MPI_Comm comm, const GridCase& grid, int width)
    : comm_(comm), dimension_(grid.dimension()), shape_(three_extents(grid.shape)) {
  int ranks = 1;
  check_mpi(MPI_Comm_rank(comm_, &rank_));
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
  owned_.dimension = dimension_;
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
