#pragma once

#include "nadir/base/handle.hpp"
#include "nadir/training/optimizers.hpp"

namespace nadir::test {

/// f = sum x_i^2 / 2 from x = (2, 2, ...), a few steps of an optimiser of ours: the last entry.
inline double last_entry(const TrainingSpec& training, PetscInt steps) {
  register_optimizers();
  VecHandle x;
  check_petsc(VecCreateMPI(MPI_COMM_WORLD, 3, PETSC_DECIDE, x.out()));
  check_petsc(VecSet(x, 2.0));
  TaoHandle tao;
  check_petsc(TaoCreate(MPI_COMM_WORLD, tao.out()));
  check_petsc(TaoSetType(tao, training.optimizer.c_str()));
  find_optimizer(training.optimizer)->set_options(tao, training);
  check_petsc(TaoSetSolution(tao, x));
  const auto evaluate = [](Tao, Vec at, PetscReal* f, Vec g, void*) {
    check_petsc(VecDot(at, at, f));
    *f *= 0.5;
    check_petsc(VecCopy(at, g));
    return PetscErrorCode(0);
  };
  check_petsc(TaoSetObjectiveAndGradient(tao, nullptr, evaluate, nullptr));
  check_petsc(TaoSetMaximumIterations(tao, steps));
  check_petsc(TaoSetTolerances(tao, 0, 0, 0));
  check_petsc(TaoSolve(tao));
  return VecRead(x)[2];
}

} // namespace nadir::test
