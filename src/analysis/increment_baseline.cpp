#include "nadir/analysis/increment_baseline.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/handle.hpp"
#include "nadir/grid/halo.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace nadir {
namespace {

/// Minus the Laplacian of the lattice at the free points: symmetric and positive. By conjugate
/// gradients with algebraic multigrid, since gaps may be as wide as continents.
class FreeLaplacian {
 public:
  explicit FreeLaplacian(const Grid& grid)
      : grid_(grid), numbers_(Layout(grid, 1)), values_(numbers_.layout()),
        halo_(grid, numbers_.layout()) {}

  /// Fills the free points of e (packed) harmonically; the fixed ones stay.
  void fill(const std::uint8_t* fixed, std::vector<double>& e) {
    const PetscInt free = number_points(fixed, e.size());
    if (sum_over_ranks(grid_.comm(), static_cast<std::int64_t>(free)) == 0) return;
    unpack(values_.layout(), e.data(), values_.data());
    halo_.copy(values_.data(), GhostValue::mirror);
    VecHandle right, solution;
    check_petsc(VecCreateMPI(grid_.comm(), free, PETSC_DETERMINE, right.out()));
    check_petsc(VecDuplicate(right, solution.out()));
    const MatHandle matrix = assemble(free, right);
    const bool solved = solve(matrix, right, solution);
    const VecRead s(solution);
    PetscInt next = 0; // a baseline that is not known is no number
    for (std::size_t i = 0; i < e.size(); ++i)
      if (!fixed[i]) e[i] = solved ? s[next++] : NAN;
  }

 private:
  static constexpr double is_fixed = -1.0;

  /// Numbers the free points over all ranks, as doubles: exact up to 2^53. Returns this rank's
  /// count.
  PetscInt number_points(const std::uint8_t* fixed, std::size_t points) {
    std::int64_t free = 0, before = 0;
    for (std::size_t i = 0; i < points; ++i) free += !fixed[i];
    check_mpi(MPI_Exscan(&free, &before, 1, MPI_INT64_T, MPI_SUM, grid_.comm()));
    std::vector<double> packed(points);
    auto next = static_cast<double>(grid_.rank() == 0 ? 0 : before);
    for (std::size_t i = 0; i < points; ++i) packed[i] = fixed[i] ? is_fixed : next++;
    unpack(numbers_.layout(), packed.data(), numbers_.data());
    halo_.copy(numbers_.data(), GhostValue::mirror);
    return static_cast<PetscInt>(free);
  }

  /// The matrix, and in `right` what fixed neighbours give.
  MatHandle assemble(PetscInt free, Vec right) {
    MatHandle matrix;
    const PetscInt neighbours = 2 * (max_dimension - grid_.first_axis());
    const ProcessGrid& p = grid_.process_grid();
    const PetscInt beyond = p[0] * p[1] * p[2] == 1 ? 0 : neighbours;
    check_petsc(MatCreateAIJ(grid_.comm(), free, free, PETSC_DETERMINE, PETSC_DETERMINE,
                             neighbours + 1, nullptr, beyond, nullptr, matrix.out()));
    {
      VecWrite r(right);
      PetscInt next = 0;
      for_owned_rows(numbers_.layout(), numbers_.data(), [&](const double* row, std::int64_t n) {
        const std::ptrdiff_t at = row - numbers_.data();
        for (std::int64_t k = 0; k < n; ++k)
          if (row[k] != is_fixed) r[next++] = add_row(matrix, at + k);
      });
    }
    check_petsc(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
    check_petsc(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
    check_petsc(MatSetOption(matrix, MAT_SPD, PETSC_TRUE));
    return matrix;
  }

  /// Row of the free point with padded index `at`; returns its right-hand side. A mirrored
  /// neighbour is the point itself and drops out.
  double add_row(Mat matrix, std::ptrdiff_t at) {
    const double* numbers = numbers_.data();
    const auto number = static_cast<PetscInt>(numbers[at]);
    const std::array<std::ptrdiff_t, 3> strides{numbers_.layout().stride_z,
                                                numbers_.layout().stride_y, 1};
    double diagonal = 0, right = 0;
    for (int a = grid_.first_axis(); a < max_dimension; ++a) {
      const std::ptrdiff_t stride = strides[static_cast<std::size_t>(a)];
      for (const std::ptrdiff_t next : {at - stride, at + stride}) {
        if (numbers[next] == numbers[at]) continue;
        diagonal += 1;
        if (numbers[next] == is_fixed)
          right += values_.data()[next];
        else
          check_petsc(
              MatSetValue(matrix, number, static_cast<PetscInt>(numbers[next]), -1, ADD_VALUES));
      }
    }
    check_petsc(MatSetValue(matrix, number, number, diagonal, ADD_VALUES));
    return right;
  }

  bool solve(Mat matrix, Vec right, Vec solution) {
    PetscReal norm = 0; // 0 too for a sample without any observation, where the matrix is singular
    check_petsc(VecNorm(right, NORM_2, &norm));
    check_petsc(VecSet(solution, 0.0));
    if (norm == 0) return true;
    KspHandle solver;
    check_petsc(KSPCreate(grid_.comm(), solver.out()));
    check_petsc(KSPSetType(solver, KSPCG));
    check_petsc(KSPSetOperators(solver, matrix, matrix));
    PC multigrid = nullptr;
    check_petsc(KSPGetPC(solver, &multigrid));
    check_petsc(PCSetType(multigrid, PCGAMG));
    check_petsc(KSPSetNormType(solver, KSP_NORM_UNPRECONDITIONED));
    check_petsc(KSPSetTolerances(solver, 1e-10, 0.0, PETSC_DEFAULT, 10000));
    check_petsc(KSPSolve(solver, right, solution));
    return is_solved(matrix, right, solution, norm);
  }

  /// What is left of the equations decides, not how the solver ended.
  static bool is_solved(Mat matrix, Vec right, Vec solution, double norm) {
    constexpr double enough = 1e-8;
    VecHandle left;
    PetscReal size = 0;
    check_petsc(VecDuplicate(right, left.out()));
    check_petsc(MatMult(matrix, solution, left));
    check_petsc(VecAXPY(left, -1.0, right));
    check_petsc(VecNorm(left, NORM_2, &size));
    return size <= enough * norm;
  }

  const Grid& grid_;
  Field numbers_, values_; ///< padded
  Halo halo_;
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
