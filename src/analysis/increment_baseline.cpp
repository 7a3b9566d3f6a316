#include "nadir/analysis/increment_baseline.hpp"

#include "nadir/base/handle.hpp"
#include "nadir/grid/halo.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace nadir {
namespace {

/// Minus the Laplacian between free points, the identity at fixed ones: symmetric and positive.
class FreeLaplacian {
 public:
  explicit FreeLaplacian(const Grid& grid)
      : grid_(grid), padded_(Layout(grid, 1)), halo_(grid, padded_.layout()) {
    const auto n = static_cast<PetscInt>(grid.owned().points());
    const auto all = static_cast<PetscInt>(grid.points());
    check_petsc(VecCreateMPI(grid.comm(), n, all, vector_.out()));
    check_petsc(MatCreateShell(grid.comm(), n, n, all, all, this, matrix_.out()));
    check_petsc(
        MatShellSetOperation(matrix_, MATOP_MULT, reinterpret_cast<void (*)(void)>(multiply)));
    check_petsc(KSPCreate(grid.comm(), solver_.out()));
    check_petsc(KSPSetType(solver_, KSPCG));
    check_petsc(KSPSetOperators(solver_, matrix_, matrix_));
    PC none = nullptr;
    check_petsc(KSPGetPC(solver_, &none));
    check_petsc(PCSetType(none, PCNONE));
    check_petsc(KSPSetTolerances(solver_, 1e-10, PETSC_DEFAULT, PETSC_DEFAULT, 100000));
  }

  /// Fills the free points of e (packed) harmonically; the fixed ones stay.
  void fill(const std::uint8_t* fixed, std::vector<double>& e) {
    fixed_ = fixed;
    for (std::size_t i = 0; i < e.size(); ++i) e[i] = fixed[i] ? e[i] : 0.0;
    VecHandle right, solution;
    check_petsc(VecDuplicate(vector_, right.out()));
    check_petsc(VecDuplicate(vector_, solution.out()));
    {
      VecWrite r(right);
      laplacian(e.data(), r.data());
      for (std::size_t i = 0; i < e.size(); ++i) r.data()[i] = fixed[i] ? 0.0 : -r.data()[i];
    }
    check_petsc(KSPSolve(solver_, right, solution));
    KSPConvergedReason reason = KSP_CONVERGED_ITERATING;
    check_petsc(KSPGetConvergedReason(solver_, &reason));
    if (reason < 0) std::ranges::fill(e, std::nan("")); // a baseline that is not known is no number
    const VecRead s(solution);
    for (std::size_t i = 0; i < e.size(); ++i) e[i] += s.data()[i];
  }

 private:
  static PetscErrorCode multiply(Mat matrix, Vec x, Vec y) {
    return petsc_callback([=] {
      void* context = nullptr;
      check_petsc(MatShellGetContext(matrix, &context));
      static_cast<FreeLaplacian*>(context)->apply(x, y);
    });
  }

  void apply(Vec x, Vec y) {
    const VecRead in(x);
    VecWrite out(y);
    laplacian(in.data(), out.data());
    const auto n = static_cast<std::size_t>(grid_.owned().points());
    for (std::size_t i = 0; i < n; ++i) {
      if (fixed_[i]) out.data()[i] = in.data()[i];
    }
  }

  /// out = sum over neighbours of (x_i - x_j) / Delta^2. What the solver passes is 0 at fixed
  /// points.
  void laplacian(const double* x, double* out) {
    const Layout& layout = padded_.layout();
    unpack(layout, x, padded_.data());
    halo_.copy(padded_.data(), GhostValue::mirror);
    const std::array<std::ptrdiff_t, 3> strides{layout.stride_z, layout.stride_y, 1};
    for_owned_rows(layout, padded_.data(), [&](const double* row, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i, ++row) {
        double sum = 0;
        for (int a = grid_.first_axis(); a < max_dimension; ++a) {
          const std::ptrdiff_t s = strides[static_cast<std::size_t>(a)];
          sum += (2.0 * row[0] - row[s] - row[-s]) / (grid_.spacing(a) * grid_.spacing(a));
        }
        *out++ = sum;
      }
    });
  }

  const Grid& grid_;
  Field padded_;
  Halo halo_;
  const std::uint8_t* fixed_ = nullptr;
  VecHandle vector_;
  MatHandle matrix_;
  KspHandle solver_;
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
