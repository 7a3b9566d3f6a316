#include "nadir/grid/slab_exchange.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/traffic.hpp"

#include <algorithm>
#include <numeric>

namespace nadir {
namespace {

/// Where each rank's part begins.
std::vector<int> starts_of(const std::vector<int>& counts) {
  std::vector<int> starts(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, starts.begin() + 1);
  return starts;
}

/// Where each rank's slab ends.
std::vector<std::int64_t> ends_of_slabs(const Grid& grid, std::int64_t end) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(grid.comm(), &ranks));
  std::vector<std::int64_t> ends(static_cast<std::size_t>(ranks));
  check_mpi(MPI_Allgather(&end, 1, MPI_INT64_T, ends.data(), 1, MPI_INT64_T, grid.comm()));
  return ends;
}

} // namespace

SlabExchange::SlabExchange(const Grid& grid, std::int64_t first, std::int64_t count)
    : grid_(grid), place_(static_cast<std::size_t>(count)),
      box_(static_cast<std::size_t>(grid.owned().points())),
      slab_(static_cast<std::size_t>(count)) {
  // Ranks without points have their end where the one before has it.
  std::int64_t end = first + count;
  std::int64_t latest = 0;
  const std::int64_t own = count > 0 ? end : 0;
  check_mpi(MPI_Scan(&own, &latest, 1, MPI_INT64_T, MPI_MAX, grid.comm()));
  const std::vector<std::int64_t> ends = ends_of_slabs(grid, latest);

  // Both in C order, so the points of a box come to the slabs one after the other.
  std::vector<std::int64_t> points;
  const Extents& n = grid.owned().count;
  for (std::int64_t z = 0; z < n[0]; ++z)
    for (std::int64_t y = 0; y < n[1]; ++y)
      for (std::int64_t x = 0; x < n[2]; ++x) points.push_back(grid.global_index(z, y, x));
  of_box_.assign(ends.size(), 0);
  for (const std::int64_t point : points)
    ++of_box_[static_cast<std::size_t>(std::ranges::upper_bound(ends, point) - ends.begin())];
  of_slab_.assign(ends.size(), 0);
  check_mpi(MPI_Alltoall(of_box_.data(), 1, MPI_INT, of_slab_.data(), 1, MPI_INT, grid.comm()));
  check_mpi(MPI_Alltoallv(points.data(), of_box_.data(), starts_of(of_box_).data(), MPI_INT64_T,
                          place_.data(), of_slab_.data(), starts_of(of_slab_).data(), MPI_INT64_T,
                          grid.comm()));
  for (std::int64_t& place : place_) place -= first;
}

void SlabExchange::exchange(const std::vector<double>& from, const std::vector<int>& to_each,
                            std::vector<double>& to, const std::vector<int>& from_each) {
  check_mpi(MPI_Alltoallv(from.data(), to_each.data(), starts_of(to_each).data(), MPI_DOUBLE,
                          to.data(), from_each.data(), starts_of(from_each).data(), MPI_DOUBLE,
                          grid_.comm()));
  for (std::size_t r = 0; r < to_each.size(); ++r) {
    if (static_cast<int>(r) == grid_.rank() || to_each[r] == 0) continue;
    count_sent(1, to_each[r]);
  }
}

void SlabExchange::to_slab(const Layout& layout, const double* padded, std::complex<double>* slab) {
  pack(layout, padded, box_.data());
  exchange(box_, of_box_, slab_, of_slab_);
  for (std::size_t k = 0; k < slab_.size(); ++k) slab[place_[k]] = slab_[k];
}

void SlabExchange::to_box(const std::complex<double>* slab, const Layout& layout, double* padded) {
  for (std::size_t k = 0; k < slab_.size(); ++k) slab_[k] = slab[place_[k]].real();
  exchange(slab_, of_slab_, box_, of_box_);
  unpack(layout, box_.data(), padded);
}

} // namespace nadir
