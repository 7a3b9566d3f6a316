#include "reproducible_vector.hpp"

#include "private.hpp"

#include "base/once_per_petsc.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/handle.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace nadir {
namespace {

constexpr char type_name[] = "nadir";

MPI_Comm comm_of(Vec x) { return PetscObjectComm(reinterpret_cast<PetscObject>(x)); }
std::int64_t size_of(Vec x) { return x->map->n; }

// ---- Sums ---------------------------------------------------------------------------------------

ReproducibleSum products(Vec x, Vec y) {
  ReproducibleSum sum;
  sum.add_products(VecRead(x).data(), VecRead(y).data(), size_of(x));
  return sum;
}

PetscErrorCode dot(Vec x, Vec y, PetscScalar* result) {
  return petsc_callback([=] { *result = sum_over_ranks(comm_of(x), products(x, y)); });
}

PetscErrorCode dots(Vec x, PetscInt n, const Vec y[], PetscScalar* results) {
  return petsc_callback([=] {
    std::vector<ReproducibleSum> sums;
    for (PetscInt k = 0; k < n; ++k) sums.push_back(products(x, y[k]));
    sum_over_ranks(comm_of(x), std::span(sums));
    for (PetscInt k = 0; k < n; ++k) results[k] = sums[static_cast<std::size_t>(k)].value();
  });
}

PetscErrorCode dot_and_norm(Vec s, Vec t, PetscScalar* s_t, PetscScalar* t_t) {
  return petsc_callback([=] {
    std::array sums{products(s, t), products(t, t)};
    sum_over_ranks(comm_of(s), std::span(sums));
    *s_t = sums[0].value();
    *t_t = sums[1].value();
  });
}

ReproducibleSum entries(Vec x, bool magnitudes) {
  const VecRead values(x);
  if (!magnitudes) {
    ReproducibleSum sum;
    sum.add(values.data(), size_of(x));
    return sum;
  }
  BufferedSum sum;
  for (PetscInt i = 0; i < x->map->n; ++i) sum.add(std::abs(values[i]));
  return sum.take();
}

double largest_magnitude(Vec x) {
  const VecRead values(x);
  double largest = 0;
  for (PetscInt i = 0; i < x->map->n; ++i) {
    const double magnitude = std::abs(values[i]);
    if (!(magnitude <= largest)) largest = magnitude; // a NaN stays
    if (std::isnan(largest)) break;
  }
  // MPI_MAX may lose a NaN.
  std::array<double, 2> all{largest, std::isnan(largest) ? 1.0 : 0.0};
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, all.data(), 2, MPI_DOUBLE, MPI_MAX, comm_of(x)));
  return all[1] > 0 ? std::nan("") : all[0];
}

PetscErrorCode norm(Vec x, NormType type, PetscReal* result) {
  return petsc_callback([=] {
    const auto euclidean = [x] { return std::sqrt(sum_over_ranks(comm_of(x), products(x, x))); };
    const auto absolute = [x] { return sum_over_ranks(comm_of(x), entries(x, true)); };
    switch (type) {
    case NORM_1:
      *result = absolute();
      break;
    case NORM_INFINITY:
      *result = largest_magnitude(x);
      break;
    case NORM_1_AND_2:
      result[0] = absolute();
      result[1] = euclidean();
      break;
    default:
      *result = euclidean();
    }
  });
}

PetscErrorCode sum(Vec x, PetscScalar* result) {
  // VecSum adds what the ranks return.
  return petsc_callback([=] {
    const double total = sum_over_ranks(comm_of(x), entries(x, false));
    int rank = 0;
    check_mpi(MPI_Comm_rank(comm_of(x), &rank));
    *result = rank == 0 ? total : 0.0;
  });
}

// The split-phase operations add the ranks' parts plainly, so the first rank contributes all.

/// Keeps n results on the first rank only.
void on_first_rank(Vec x, PetscScalar* results, PetscInt n) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm_of(x), &rank));
  if (rank != 0) std::fill_n(results, n, 0.0);
}

PetscErrorCode dot_local(Vec x, Vec y, PetscScalar* result) {
  return petsc_callback([=] {
    check_petsc(dot(x, y, result));
    on_first_rank(x, result, 1);
  });
}
PetscErrorCode dots_local(Vec x, PetscInt n, const Vec y[], PetscScalar* results) {
  return petsc_callback([=] {
    check_petsc(dots(x, n, y, results));
    on_first_rank(x, results, n);
  });
}
PetscErrorCode norm_local(Vec x, NormType type, PetscReal* result) {
  return petsc_callback([=] {
    check_petsc(norm(x, type, result));
    on_first_rank(x, result, type == NORM_1_AND_2 ? 2 : 1);
  });
}

// ---- Entry by entry -----------------------------------------------------------------------------

/// y_i = f(y_i, x_i...)
template<class F, class... X> PetscErrorCode change(Vec y, F f, X... x) {
  return petsc_callback([=] {
    VecWrite values(y);
    const auto loop = [&](double* to, const auto*... from) {
      for (PetscInt i = 0; i < y->map->n; ++i) to[i] = f(to[i], from[i]...);
    };
    loop(values.data(), VecRead(x).data()...);
  });
}

PetscErrorCode scale(Vec x, PetscScalar a) {
  return change(x, [a](double xi) { return a * xi; });
}
PetscErrorCode axpy(Vec y, PetscScalar a, Vec x) {
  return change(
      y, [a](double yi, double xi) { return yi + a * xi; }, x);
}
PetscErrorCode aypx(Vec y, PetscScalar b, Vec x) {
  return change(
      y, [b](double yi, double xi) { return xi + b * yi; }, x);
}
PetscErrorCode axpby(Vec y, PetscScalar a, PetscScalar b, Vec x) {
  return change(
      y, [a, b](double yi, double xi) { return a * xi + b * yi; }, x);
}
PetscErrorCode waxpy(Vec w, PetscScalar a, Vec x, Vec y) {
  return change(
      w, [a](double, double xi, double yi) { return a * xi + yi; }, x, y);
}
PetscErrorCode axpbypcz(Vec z, PetscScalar a, PetscScalar b, PetscScalar c, Vec x, Vec y) {
  return change(
      z, [a, b, c](double zi, double xi, double yi) { return (a * xi + b * yi) + c * zi; }, x, y);
}
PetscErrorCode maxpy(Vec y, PetscInt n, const PetscScalar* a, Vec* x) {
  return petsc_callback([=] {
    for (PetscInt k = 0; k < n; ++k) check_petsc(axpy(y, a[k], x[k]));
  });
}

// ---- Parts, as optimisers with bounds take them -------------------------------------------------

/// Calls use(i, k) for each entry i of a part of x that is this rank's, where k is its place in x.
template<class Use> void for_entries(Vec x, IS part, Use use) {
  PetscInt n = 0, first = 0, end = 0;
  const PetscInt* indices = nullptr;
  check_petsc(ISGetLocalSize(part, &n));
  check_petsc(VecGetOwnershipRange(x, &first, &end));
  check_petsc(ISGetIndices(part, &indices));
  for (PetscInt i = 0; i < n; ++i) {
    if (indices[i] < first || indices[i] >= end)
      throw SystemError("a part of a control vector reaches beyond this rank");
    use(i, indices[i] - first);
  }
  check_petsc(ISRestoreIndices(part, &indices));
}

/// A copy of the same type: PETSc's own would be a plain vector where the entries are contiguous.
PetscErrorCode part_of(Vec x, IS part, Vec* result) {
  return petsc_callback([=] {
    PetscInt n = 0;
    check_petsc(ISGetLocalSize(part, &n));
    check_petsc(VecCreate(comm_of(x), result));
    check_petsc(VecSetSizes(*result, n, PETSC_DETERMINE));
    check_petsc(VecSetType(*result, type_name));
    VecWrite to(*result);
    const VecRead from(x);
    for_entries(x, part, [&](PetscInt i, PetscInt k) { to[i] = from[k]; });
  });
}

PetscErrorCode put_back(Vec x, IS part, Vec* changed) {
  return petsc_callback([=] {
    PetscInt locked = 0;
    check_petsc(VecLockGet(x, &locked));
    if (locked > 0) return; // it was taken for reading only
    VecWrite to(x);
    const VecRead from(*changed);
    for_entries(x, part, [&](PetscInt i, PetscInt k) { to[k] = from[i]; });
  });
}

PetscErrorCode create(Vec x) {
  return petsc_callback([x] {
    check_petsc(VecSetType(x, VECSTANDARD));
    auto& ops = *x->ops;
    ops.dot = ops.tdot = dot;
    ops.mdot = ops.mtdot = dots;
    ops.norm = norm;
    ops.sum = sum;
    ops.dotnorm2 = dot_and_norm;
    ops.dot_local = ops.tdot_local = dot_local;
    ops.mdot_local = ops.mtdot_local = dots_local;
    ops.norm_local = norm_local;
    ops.scale = scale;
    ops.axpy = axpy;
    ops.aypx = aypx;
    ops.axpby = axpby;
    ops.waxpy = waxpy;
    ops.axpbypcz = axpbypcz;
    ops.maxpy = maxpy;
    ops.getsubvector = part_of;
    ops.restoresubvector = put_back;
    check_petsc(PetscObjectChangeTypeName(reinterpret_cast<PetscObject>(x), type_name));
  });
}

void register_type() { check_petsc(VecRegister(type_name, create)); }

} // namespace

VecType reproducible_vector_type() {
  once_per_petsc<register_type>();
  return type_name;
}

double dot(Vec a, Vec b) {
  PetscScalar product = 0;
  check_petsc(VecDot(a, b, &product));
  return product;
}

} // namespace nadir
