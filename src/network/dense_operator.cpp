#include "nadir/network/dense_operator.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/traffic.hpp"

#include <petscblaslapack.h>

#include <algorithm>
#include <numeric>

namespace nadir {
namespace {

/// y = A x or A^T x for A of column-major storage, m rows.
void matrix_product(char transposed, std::size_t m, std::size_t n, const double* A, const double* x,
                    double* y) {
  PetscBLASInt rows = 0, columns = 0;
  check_petsc(PetscBLASIntCast(static_cast<PetscInt>(m), &rows));
  check_petsc(PetscBLASIntCast(static_cast<PetscInt>(n), &columns));
  const PetscBLASInt step = 1;
  const double one = 1.0, zero = 0.0;
  BLASgemv_(&transposed, &rows, &columns, &one, A, &rows, x, &step, &zero, y, &step);
}

} // namespace

DenseOperator::DenseOperator(const Grid& grid)
    : grid_(grid), layout_(grid, 0), points_(static_cast<std::size_t>(grid.points())),
      packed_(static_cast<std::size_t>(grid.owned().points())), boxes_(points_.size()),
      all_(points_.size()), owned_(layout_) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(grid.comm(), &ranks));
  counts_.resize(static_cast<std::size_t>(ranks));
  starts_.resize(counts_.size());
  const int own = static_cast<int>(packed_.size());
  check_mpi(MPI_Allgather(&own, 1, MPI_INT, counts_.data(), 1, MPI_INT, grid.comm()));
  std::partial_sum(counts_.begin(), counts_.end() - 1, starts_.begin() + 1);
  std::vector<std::int64_t> indices;
  const Extents& n = grid.owned().count;
  for (std::int64_t z = 0; z < n[0]; ++z)
    for (std::int64_t y = 0; y < n[1]; ++y)
      for (std::int64_t x = 0; x < n[2]; ++x) indices.push_back(grid.global_index(z, y, x));
  check_mpi(MPI_Allgatherv(indices.data(), own, MPI_INT64_T, points_.data(), counts_.data(),
                           starts_.data(), MPI_INT64_T, grid.comm()));
}

void DenseOperator::set_coefficients(const LayerCoefficients& coefficients) {
  weights_ = coefficients.theta[0].field - layout_.index(0, 0, 0);
}

/// All of z in C order.
void DenseOperator::gather(const double* z) {
  pack(layout_, z, packed_.data());
  check_mpi(MPI_Allgatherv(packed_.data(), static_cast<int>(packed_.size()), MPI_DOUBLE,
                           boxes_.data(), counts_.data(), starts_.data(), MPI_DOUBLE,
                           grid_.comm()));
  for (std::size_t k = 0; k < points_.size(); ++k)
    all_[static_cast<std::size_t>(points_[k])] = boxes_[k];
  count_messages(static_cast<std::int64_t>(packed_.size()));
}

/// As if every rank sent its part to every other.
void DenseOperator::count_messages(std::int64_t points) {
  const auto others = static_cast<std::int64_t>(counts_.size()) - 1;
  count_sent(others, others * points);
}

void DenseOperator::apply(double* z, double* Z, GhostValue /*beyond*/) {
  gather(z);
  matrix_product('N', layout_.size(), all_.size(), weights_, all_.data(), Z);
}

void DenseOperator::apply_transpose(const double* Z_bar, double* z_bar) {
  pack(layout_, Z_bar, packed_.data());
  unpack(layout_, packed_.data(), owned_.data());
  matrix_product('T', layout_.size(), all_.size(), weights_, owned_.data(), all_.data());
  for (std::size_t k = 0; k < points_.size(); ++k)
    boxes_[k] = all_[static_cast<std::size_t>(points_[k])];
  check_mpi(MPI_Reduce_scatter(boxes_.data(), packed_.data(), counts_.data(), MPI_DOUBLE, MPI_SUM,
                               grid_.comm()));
  unpack(layout_, packed_.data(), z_bar);
  count_messages(static_cast<std::int64_t>(packed_.size()));
}

void DenseOperator::add_gradient(const double* z, const double* Z_bar, const LayerGradient& bar) {
  if (!bar.theta[0].field) return;
  gather(z);
  pack(layout_, Z_bar, packed_.data());
  unpack(layout_, packed_.data(), owned_.data());
  const std::size_t m = layout_.size();
  const double* g = owned_.data();
  double* column = bar.theta[0].field - layout_.index(0, 0, 0);
  for (const double z_j : all_) {
    for (std::size_t i = 0; i < m; ++i) column[i] += g[i] * z_j;
    column += m;
  }
}

} // namespace nadir
