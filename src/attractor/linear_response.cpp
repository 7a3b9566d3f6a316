#include "nadir/attractor/linear_response.hpp"

#include "base/petsc/reproducible_vector.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"
#include "nadir/base/session.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace nadir {
namespace {

/// Vectors of a basis of GMRES, and iterations, before it begins anew.
constexpr PetscInt response_basis = 100;
constexpr PetscInt most_iterations = 20000;
/// Below this, relative to the operator's size, a candidate is a null vector.
constexpr double null_tolerance = 1e-12;
/// Where the operator itself is small: of the difference of v and J v.
constexpr double few_roundings = 16 * std::numeric_limits<double>::epsilon();

double norm_of(Vec v) {
  PetscReal norm = 0;
  check_petsc(VecNorm(v, NORM_2, &norm));
  return norm;
}

/// v -= sum_k (with_k . v) along_k
void remove_parts(Vec v, const std::vector<VecHandle>& with, const std::vector<VecHandle>& along) {
  for (std::size_t k = 0; k < with.size(); ++k) check_petsc(VecAXPY(v, -dot(with[k], v), along[k]));
}

/// Products of (-1)^index over the axes of a mask; mask 0 is the constant. Of norm 1.
VecHandle checkerboard(const FixedPointMap& map, unsigned mask) {
  const Grid& grid = map.grid();
  const Box& box = grid.owned();
  VecHandle v = map.create();
  const double value = 1.0 / std::sqrt(static_cast<double>(grid.points()));
  VecWrite values(v);
  for (std::int64_t p = 0; p < box.points(); ++p) {
    const Extents at{box.start[0] + p / box.count[2] / box.count[1],
                     box.start[1] + p / box.count[2] % box.count[1],
                     box.start[2] + p % box.count[2]};
    std::int64_t odd = 0;
    for (std::size_t a = 0; a < at.size(); ++a)
      if (mask >> a & 1u) odd += at[a];
    values.data()[p] = odd % 2 == 0 ? value : -value;
  }
  return v;
}

bool alternates(const Grid& grid, unsigned mask) {
  for (std::size_t a = 0; a < max_dimension; ++a) {
    const int axis = static_cast<int>(a);
    if ((mask >> a & 1u) == 0) continue;
    if (axis < grid.first_axis() || grid.boundary(axis).kind != BoundaryKind::periodic ||
        grid.shape()[a] % 2 != 0)
      return false;
  }
  return true;
}

} // namespace

LinearResponse::LinearResponse(FixedPointMap& map) : map_(map), matrix_(map.residual_jacobian()) {
  check_petsc(KSPCreate(map.grid().comm(), ksp_.out()));
  check_petsc(KSPSetOptionsPrefix(ksp_, "attractor_linear_"));
  check_petsc(KSPSetOperators(ksp_, matrix_, matrix_));
  check_petsc(KSPSetType(ksp_, KSPGMRES));
  check_petsc(KSPGMRESSetRestart(ksp_, response_basis));
  check_petsc(KSPGMRESSetCGSRefinementType(ksp_, KSP_GMRES_CGS_REFINE_IFNEEDED));
  check_petsc(KSPSetTolerances(ksp_, 1e-12, 0.0, PETSC_DEFAULT, most_iterations));
  check_petsc(KSPSetResidualHistory(ksp_, nullptr, most_iterations, PETSC_TRUE));
  PC pc = nullptr;
  check_petsc(KSPGetPC(ksp_, &pc));
  check_petsc(PCSetType(pc, PCNONE));
  check_petsc(KSPSetFromOptions(ksp_));
  query_options({"-attractor_linear_ksp_converged_reason"}); // KSPSolve reads it
}

void LinearResponse::multiply(Vec x, Vec result, Side side) {
  if (side == Side::plain) return check_petsc(MatMult(matrix_, x, result));
  check_petsc(MatMultTranspose(matrix_, x, result));
}

LinearEnd LinearResponse::solve(Vec r, Vec x, int rounds) {
  const VecHandle consistent = map_.copy(r);
  remove_parts(consistent, null_.left, null_.right);
  const LinearEnd end = refine(consistent, x, Side::plain, rounds);
  remove_parts(x, null_.right, null_.right);
  return end;
}

LinearEnd LinearResponse::solve_transpose(Vec r, Vec x) {
  const VecHandle consistent = map_.copy(r);
  remove_parts(consistent, null_.right, null_.right);
  const LinearEnd end = refine(consistent, x, Side::transpose);
  remove_parts(x, null_.right, null_.left);
  return end;
}

/// Solves for what is left of r again, as long as that helps.
LinearEnd LinearResponse::refine(Vec r, Vec x, Side side, int rounds) {
  constexpr double enough = 1e-14, good = 1e-11, rounding = 1e-15, most_left = 1e-6;
  const VecHandle left = map_.copy(r), step = map_.create();
  LinearEnd end;
  const double size = norm_of(r);
  check_petsc(VecSet(x, 0.0));
  end.solved = size == 0;
  double before = size;
  for (int round = 0; round < rounds && before > enough * size; ++round) {
    check_petsc(side == Side::plain ? KSPSolve(ksp_, left, step)
                                    : KSPSolveTranspose(ksp_, left, step));
    const PetscReal* history = nullptr;
    PetscInt count = 0;
    check_petsc(KSPGetResidualHistory(ksp_, &history, &count));
    for (PetscInt k = 0; k < count; ++k) end.history.push_back(history[k] / size);
    check_petsc(VecAXPY(x, 1.0, step));
    multiply(x, left, side);
    check_petsc(VecAYPX(left, -1.0, r));
    const double now = norm_of(left);
    const bool helped = now < 0.5 * before;
    if (!(now < before)) check_petsc(VecAXPY(x, -1.0, step)); // it made things worse
    before = std::min(now, before);
    if (!helped) break;
  }
  if (size > 0) {
    end.residual = before / size;
    // Near a null vector x grows to 1 / rounding, and nothing is solved.
    const double noise = std::min(rounding * norm_of(x), most_left * size);
    end.solved = before <= good * size + noise;
  }
  return end;
}

/// Whether what I - J, or its transpose, makes of v is rounding.
bool LinearResponse::is_null(Vec v, Side side) {
  const VecHandle product = map_.create();
  multiply(v, product, side);
  return norm_of(product) <= null_size_ * norm_of(v);
}

NullSpace LinearResponse::find_right() {
  NullSpace null;
  const VecHandle random = map_.create(), product = map_.create();
  fill_noise(map_.grid(), 2, random);
  multiply(random, product, Side::plain);
  const double scale = norm_of(product) / norm_of(random); // of the operator
  null_size_ = null_tolerance * scale + few_roundings * (1 + scale);
  null.everything = scale <= few_roundings;
  for (unsigned mask = 0; mask < 1u << max_dimension && !null.everything; ++mask) {
    if (!alternates(map_.grid(), mask)) continue;
    VecHandle v = checkerboard(map_, mask);
    if (is_null(v, Side::plain)) null.right.push_back(std::move(v));
  }
  return null;
}

bool LinearResponse::is_singular() {
  const NullSpace null = find_right();
  return null.everything || !null.right.empty();
}

const NullSpace& LinearResponse::find_null_space() {
  null_ = find_right();
  find_left();
  attach();
  return null_;
}

/// n_k = psi_k + (I - J)^T y for some y: psi_k is what is left of n_k when that part is taken away.
/// Where n_k is a left one itself, (I - J)^T n_k is rounding, and no y gives that. Whether psi_k is
/// one decides, not how well y was found.
void LinearResponse::find_left() {
  for (const VecHandle& n : null_.right) {
    VecHandle psi = map_.copy(n);
    LinearEnd end;
    if (!is_null(psi, Side::transpose)) {
      const VecHandle image = map_.create(), y = map_.create();
      multiply(n, image, Side::transpose);
      end = refine(image, y, Side::transpose);
      check_petsc(VecAXPY(psi, -1.0, y));
    }
    if (!is_null(psi, Side::transpose))
      throw NumericsError("the left null vector of W - I was not found (GMRES stopped at " +
                          formatted("%.1e", end.residual) +
                          " of the start): try -- -attractor_linear_ksp_gmres_restart 300, or a "
                          "small R < 0, with which W - I is not singular");
    null_.left.push_back(std::move(psi));
  }
}

void LinearResponse::attach() {
  if (null_.right.empty()) return;
  const auto create = [&](const std::vector<VecHandle>& vectors) {
    const std::vector<Vec> list(vectors.begin(), vectors.end());
    NullSpaceHandle space;
    check_petsc(MatNullSpaceCreate(map_.grid().comm(), PETSC_FALSE,
                                   static_cast<PetscInt>(list.size()), list.data(), space.out()));
    return space;
  };
  // PETSc wants an orthonormal basis of the left ones.
  std::vector<VecHandle> left;
  for (const VecHandle& psi : null_.left) {
    VecHandle v = map_.copy(psi);
    remove_parts(v, left, left);
    check_petsc(VecNormalize(v, nullptr));
    left.push_back(std::move(v));
  }
  check_petsc(MatSetNullSpace(matrix_, create(null_.right)));
  check_petsc(MatSetTransposeNullSpace(matrix_, create(left)));
}

} // namespace nadir
