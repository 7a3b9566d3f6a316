#include "nadir/analysis/increment_baseline.hpp"

#include "nadir/base/handle.hpp"
#include "nadir/grid/halo.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace nadir {
namespace {

/// Minus the Laplacian between free points, the identity at fixed ones: symmetric and positive. By
/// conjugate gradients with algebraic multigrid, since gaps may be as wide as continents.
class FreeLaplacian {
 public:
  explicit FreeLaplacian(const Grid& grid)
      : grid_(grid), numbers_(Layout(grid, 1)), fixed_(numbers_.layout()),
        halo_(grid, numbers_.layout()), n_(static_cast<PetscInt>(grid.owned().points())) {
    const auto all = static_cast<PetscInt>(grid.points());
    check_petsc(VecCreateMPI(grid.comm(), n_, all, vector_.out()));
    number_points();
  }

  /// Fills the free points of e (packed) harmonically; the fixed ones stay.
  void fill(const std::uint8_t* fixed, std::vector<double>& e) {
    for (std::size_t i = 0; i < e.size(); ++i) e[i] = fixed[i] ? e[i] : 0.0;
    mark(fixed);
    VecHandle right, solution;
    check_petsc(VecDuplicate(vector_, right.out()));
    check_petsc(VecDuplicate(vector_, solution.out()));
    MatHandle matrix = assemble(e, right);
    const bool solved = solve(matrix, right, solution);
    const VecRead s(solution);
    // A baseline that is not known is no number.
    for (std::size_t i = 0; i < e.size(); ++i) e[i] = solved ? s[static_cast<PetscInt>(i)] : NAN;
  }

 private:
  /// Global numbers of the points and their neighbours, as doubles: exact up to 2^53.
  void number_points() {
    PetscInt first = 0;
    check_petsc(VecGetOwnershipRange(vector_, &first, nullptr));
    std::vector<double> packed(static_cast<std::size_t>(n_));
    std::iota(packed.begin(), packed.end(), static_cast<double>(first));
    unpack(numbers_.layout(), packed.data(), numbers_.data());
    halo_.copy(numbers_.data(), GhostValue::mirror);
  }

  void mark(const std::uint8_t* fixed) {
    std::vector<double> packed(fixed, fixed + n_);
    unpack(numbers_.layout(), packed.data(), fixed_.data());
    halo_.copy(fixed_.data(), GhostValue::mirror);
  }

  /// The matrix, and in `right` what fixed neighbours give.
  MatHandle assemble(const std::vector<double>& e, Vec right) {
    const Layout& layout = numbers_.layout();
    Field values(layout);
    unpack(layout, e.data(), values.data());
    halo_.copy(values.data(), GhostValue::mirror);
    MatHandle matrix;
    const auto all = static_cast<PetscInt>(grid_.points());
    constexpr PetscInt entries = 2 * max_dimension + 1;
    check_petsc(MatCreateAIJ(grid_.comm(), n_, n_, all, all, entries, nullptr, entries, nullptr,
                             matrix.out()));
    {
      VecWrite r(right);
      PetscInt i = 0;
      for_owned_rows(layout, numbers_.data(), [&](const double* row, std::int64_t count) {
        const std::ptrdiff_t at = row - numbers_.data();
        for (std::int64_t k = 0; k < count; ++k, ++i) r[i] = add_row(matrix, values, at + k);
      });
    }
    check_petsc(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
    check_petsc(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
    check_petsc(MatSetOption(matrix, MAT_SPD, PETSC_TRUE));
    return matrix;
  }

  /// Row of the padded index `at`; returns its right-hand side. A mirrored neighbour is the point
  /// itself and drops out.
  double add_row(Mat matrix, Field& values, std::ptrdiff_t at) {
    const auto number = static_cast<PetscInt>(numbers_.data()[at]);
    double diagonal = 1.0, right = values.data()[at];
    if (fixed_.data()[at] == 0) {
      diagonal = right = 0.0;
      const std::array<std::ptrdiff_t, 3> strides{numbers_.layout().stride_z,
                                                  numbers_.layout().stride_y, 1};
      for (int a = grid_.first_axis(); a < max_dimension; ++a) {
        const double weight = 1.0 / (grid_.spacing(a) * grid_.spacing(a));
        const std::ptrdiff_t stride = strides[static_cast<std::size_t>(a)];
        for (const std::ptrdiff_t next : {at - stride, at + stride}) {
          const auto other = static_cast<PetscInt>(numbers_.data()[next]);
          if (other == number) continue;
          diagonal += weight;
          if (fixed_.data()[next] != 0)
            right += weight * values.data()[next];
          else
            check_petsc(MatSetValue(matrix, number, other, -weight, ADD_VALUES));
        }
      }
    }
    // A point without free or fixed neighbours, on a grid of one point, keeps its 0.
    check_petsc(MatSetValue(matrix, number, number, diagonal > 0 ? diagonal : 1.0, ADD_VALUES));
    return right;
  }

  bool solve(Mat matrix, Vec right, Vec solution) {
    KspHandle solver;
    check_petsc(KSPCreate(grid_.comm(), solver.out()));
    check_petsc(KSPSetType(solver, KSPCG));
    check_petsc(KSPSetOperators(solver, matrix, matrix));
    PC multigrid = nullptr;
    check_petsc(KSPGetPC(solver, &multigrid));
    check_petsc(PCSetType(multigrid, PCGAMG));
    check_petsc(KSPSetTolerances(solver, 1e-10, PETSC_DEFAULT, PETSC_DEFAULT, 10000));
    check_petsc(KSPSolve(solver, right, solution));
    KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
    check_petsc(KSPGetConvergedReason(solver, &reason));
    return reason > 0;
  }

  const Grid& grid_;
  Field numbers_, fixed_; ///< padded
  Halo halo_;
  PetscInt n_;
  VecHandle vector_;
};

} // namespace

double increment_baseline_rms(const Grid& grid, const Observations& observations, std::size_t k) {
  const Target& target = observations.targets[k];
  if (target.withheld_total == 0) return 0.0;
  FreeLaplacian laplacian(grid);
  const auto n = static_cast<std::size_t>(observations.points);
  std::vector<double> e(n);
  double squares = 0;
  for (std::int64_t s = 0; s < observations.samples; ++s) {
    const std::size_t first = static_cast<std::size_t>(s) * n;
    const double* z = observations.input_sample(s);
    for (std::size_t i = 0; i < n; ++i) e[i] = target.y[first + i] - z[i];
    laplacian.fill(target.used.data() + first, e);
    for (std::size_t i = 0; i < n; ++i) {
      if (target.withheld[first + i]) squares += std::pow(z[i] + e[i] - target.y[first + i], 2);
    }
  }
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &squares, 1, MPI_DOUBLE, MPI_SUM, grid.comm()));
  return std::sqrt(squares / static_cast<double>(target.withheld_total));
}

} // namespace nadir
