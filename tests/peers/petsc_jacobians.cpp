#include "petsc_jacobians.hpp"

#include "petsc_layer.hpp"

namespace peers {
namespace {

/// The array of a Vec while this lives.
class Array {
 public:
  explicit Array(Vec v) : v_(v) { check(VecGetArray(v_, &data_)); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() { check(VecRestoreArray(v_, &data_)); }
  double* data() { return data_; }

 private:
  Vec v_;
  double* data_ = nullptr;
};

class ReadArray {
 public:
  explicit ReadArray(Vec v) : v_(v) { check(VecGetArrayRead(v_, &data_)); }
  ReadArray(const ReadArray&) = delete;
  ReadArray& operator=(const ReadArray&) = delete;
  ~ReadArray() { check(VecRestoreArrayRead(v_, &data_)); }
  const double* data() { return data_; }

 private:
  Vec v_;
  const double* data_ = nullptr;
};

void assemble(Mat matrix) {
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
}

} // namespace

Jacobians::Jacobians(const Problem& problem, bool assembled)
    : problem_(problem), assembled_(assembled),
      derivative_(static_cast<std::size_t>(problem.grid.owned.points())) {
  check(DMCreateLocalVector(problem_.da, &z_));
  check(DMCreateLocalVector(problem_.da, &g_local_));
  if (assembled_) {
    make_assembled();
  } else {
    make_shells();
  }
}

Jacobians::~Jacobians() {
  MatDestroy(&dz);
  MatDestroy(&dp);
  VecDestroy(&z_);
  VecDestroy(&g_local_);
}

void Jacobians::make_assembled() {
  const auto rows = static_cast<PetscInt>(problem_.grid.owned.points());
  const auto columns = static_cast<PetscInt>(problem_.local_parameters());
  check(DMSetMatType(problem_.da, MATAIJ));
  check(DMCreateMatrix(problem_.da, &dz));
  check(MatSetOption(dz, MAT_NO_OFF_PROC_ENTRIES, PETSC_TRUE));
  if (problem_.fields) {
    check(MatCreateAIJ(PETSC_COMM_WORLD, rows, columns, PETSC_DETERMINE, PETSC_DETERMINE,
                       problem_.coefficients, nullptr, 0, nullptr, &dp));
    check(MatSetOption(dp, MAT_NO_OFF_PROC_ENTRIES, PETSC_TRUE));
  } else {
    check(MatCreateDense(PETSC_COMM_WORLD, rows, columns, PETSC_DETERMINE, PETSC_DETERMINE, nullptr,
                         &dp));
  }
}

void Jacobians::make_shells() {
  const auto rows = static_cast<PetscInt>(problem_.grid.owned.points());
  const auto columns = static_cast<PetscInt>(problem_.local_parameters());
  const auto shell = [&](PetscInt local_columns, auto multiply, Mat& matrix) {
    check(MatCreateShell(PETSC_COMM_WORLD, rows, local_columns, PETSC_DETERMINE, PETSC_DETERMINE,
                         this, &matrix));
    check(MatShellSetOperation(matrix, MATOP_MULT_TRANSPOSE,
                               reinterpret_cast<void (*)(void)>(multiply)));
  };
  shell(rows, multiply_dz, dz);
  shell(columns, multiply_dp, dp);
}

void Jacobians::set_state(Vec z, int layer) {
  layer_ = layer;
  check(DMGlobalToLocal(problem_.da, z, INSERT_VALUES, z_));
  ReadArray state(z_);
  with_layer(problem_, layer_, [&](const auto& at) {
    problem_.grid.for_rows(
        [&](std::ptrdiff_t in_ghosted, std::ptrdiff_t in_owned, std::ptrdiff_t n) {
          const double* from = state.data();
          double* __restrict to = derivative_.data() + in_owned;
          for (std::ptrdiff_t x = 0; x < n; ++x) to[x] = at.derivative(from, in_ghosted + x);
        });
  });
}

/// TSAdjoint asks for dF/dz first, then for dF/dp at the same state.
void Jacobians::set_dz(Vec z, int layer) {
  set_state(z, layer);
  if (!assembled_) return;
  with_layer(problem_, layer_, [&]<class At>(const At& at) {
    problem_.grid.for_rows(
        [&](std::ptrdiff_t in_ghosted, std::ptrdiff_t in_owned, std::ptrdiff_t n) {
          for (std::ptrdiff_t x = 0; x < n; ++x) {
            const std::ptrdiff_t i = in_ghosted + x;
            const double f = derivative_[static_cast<std::size_t>(in_owned + x)];
            const auto row = static_cast<PetscInt>(i);
            PetscInt columns[1 + 2 * At::d]; // ascending, which PETSc inserts quicker
            double values[1 + 2 * At::d];
            columns[At::d] = row;
            values[At::d] = f * at.weight(i) - 1.0;
            for (int a = 0; a < At::d; ++a) {
              columns[a] = static_cast<PetscInt>(i - at.stride(a));
              values[a] = f * at.weight_before(a, i);
              columns[2 * At::d - a] = static_cast<PetscInt>(i + at.stride(a));
              values[2 * At::d - a] = f * at.weight_after(a, i);
            }
            check(MatSetValuesLocal(dz, 1, &row, 1 + 2 * At::d, columns, values, INSERT_VALUES));
          }
        });
  });
  assemble(dz);
}

void Jacobians::set_dp(Vec, int) {
  if (!assembled_) return;
  if (problem_.fields) {
    assemble_dp_fields();
  } else {
    assemble_dp_numbers();
  }
}

void Jacobians::assemble_dp_fields() {
  ReadArray state(z_);
  PetscInt first_row = 0, first_column = 0;
  check(MatGetOwnershipRange(dp, &first_row, nullptr));
  check(MatGetOwnershipRangeColumn(dp, &first_column, nullptr));
  const auto points = problem_.grid.owned.points();
  with_layer(problem_, layer_, [&]<class At>(const At& at) {
    problem_.grid.for_rows(
        [&](std::ptrdiff_t in_ghosted, std::ptrdiff_t in_owned, std::ptrdiff_t n) {
          for (std::ptrdiff_t x = 0; x < n; ++x) {
            const double f = derivative_[static_cast<std::size_t>(in_owned + x)];
            const auto row = static_cast<PetscInt>(first_row + in_owned + x);
            PetscInt columns[At::coefficients];
            double values[At::coefficients];
            at.for_derivatives(state.data(), in_ghosted + x, [&](int c, double derivative) {
              columns[c] = static_cast<PetscInt>(first_column + c * points + in_owned + x);
              values[c] = f * derivative;
            });
            check(MatSetValues(dp, 1, &row, At::coefficients, columns, values, INSERT_VALUES));
          }
        });
  });
  assemble(dp);
}

void Jacobians::assemble_dp_numbers() {
  ReadArray state(z_);
  const auto points = problem_.grid.owned.points();
  double* values = nullptr;
  check(MatDenseGetArray(dp, &values));
  with_layer(problem_, layer_, [&](const auto& at) {
    problem_.grid.for_rows(
        [&](std::ptrdiff_t in_ghosted, std::ptrdiff_t in_owned, std::ptrdiff_t n) {
#pragma GCC ivdep
          for (std::ptrdiff_t x = 0; x < n; ++x) {
            const double f = derivative_[static_cast<std::size_t>(in_owned + x)];
            at.for_derivatives(state.data(), in_ghosted + x, [&](int c, double derivative) {
              values[c * points + in_owned + x] = f * derivative;
            });
          }
        });
  });
  check(MatDenseRestoreArray(dp, &values));
  assemble(dp);
}

/// result = W^T (f' lambda) - lambda
PetscErrorCode Jacobians::multiply_dz(Mat shell, Vec lambda, Vec result) {
  Jacobians* self = nullptr;
  check(MatShellGetContext(shell, &self));
  const Problem& problem = self->problem_;
  check(VecCopy(lambda, result));
  {
    Array g(result);
    const double* derivative = self->derivative_.data();
    for (std::ptrdiff_t i = 0; i < problem.grid.owned.points(); ++i) g.data()[i] *= derivative[i];
  }
  check(DMGlobalToLocal(problem.da, result, INSERT_VALUES, self->g_local_));
  ReadArray from(lambda);
  Array to(result);
  self->transpose_dz(from.data(), to.data());
  return 0;
}

void Jacobians::transpose_dz(const double* lambda, double* result) {
  ReadArray products(g_local_);
  with_layer(problem_, layer_, [&]<class At>(const At& at) {
    problem_.grid.for_rows(
        [&](std::ptrdiff_t in_ghosted, std::ptrdiff_t in_owned, std::ptrdiff_t n) {
          const double* g = products.data();
          const double* from = lambda + in_owned;
          double* __restrict to = result + in_owned;
          for (std::ptrdiff_t x = 0; x < n; ++x) {
            const std::ptrdiff_t i = in_ghosted + x;
            double sum = at.weight(i) * g[i] - from[x];
            for (int a = 0; a < At::d; ++a) {
              const std::ptrdiff_t before = i - at.stride(a), after = i + at.stride(a);
              sum += at.weight_before(a, after) * g[after] + at.weight_after(a, before) * g[before];
            }
            to[x] = sum;
          }
        });
  });
}

/// result_c = (f' lambda) (dZ/dtheta_c), summed over the points where theta_c is a number
PetscErrorCode Jacobians::multiply_dp(Mat shell, Vec lambda, Vec result) {
  Jacobians* self = nullptr;
  check(MatShellGetContext(shell, &self));
  ReadArray from(lambda);
  Array to(result);
  self->transpose_dp(from.data(), to.data());
  return 0;
}

void Jacobians::transpose_dp(const double* lambda, double* result) {
  ReadArray state(z_);
  const auto points = problem_.grid.owned.points();
  std::array<double, max_coefficients> sums{};
  with_layer(problem_, layer_, [&](const auto& at) {
    problem_.grid.for_rows(
        [&](std::ptrdiff_t in_ghosted, std::ptrdiff_t in_owned, std::ptrdiff_t n) {
          const bool fields = problem_.fields;
          const double* z = state.data();
          const double* derivative = derivative_.data() + in_owned;
          const auto loop = [&](auto use) {
#pragma GCC ivdep
            for (std::ptrdiff_t x = 0; x < n; ++x) {
              const double g = derivative[x] * lambda[in_owned + x];
              at.for_derivatives(z, in_ghosted + x,
                                 [&](int c, double difference) { use(c, x, g * difference); });
            }
          };
          if (fields) {
            loop([&](int c, std::ptrdiff_t x, double value) {
              result[c * points + in_owned + x] = value;
            });
          } else {
            loop([&](int c, std::ptrdiff_t, double value) {
              sums[static_cast<std::size_t>(c)] += value;
            });
          }
        });
  });
  if (problem_.fields) return;
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), max_coefficients, MPI_DOUBLE, MPI_SUM, PETSC_COMM_WORLD);
  for (std::ptrdiff_t c = 0; c < problem_.local_parameters(); ++c)
    result[c] = sums[static_cast<std::size_t>(c)];
}

} // namespace peers
