#include "nadir/training/descent.hpp"

#include "nadir/base/handle.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

constexpr PetscErrorCode success = PetscErrorCode(0);

/// f = sum x_i^2 / 2 from x = (2, 2, ...), a few steps of a registered type.
double last_entry(const char* type, const TrainingCase& training, PetscInt steps) {
  register_descent_types();
  VecHandle x;
  check_petsc(VecCreateMPI(MPI_COMM_WORLD, 3, PETSC_DECIDE, x.out()));
  check_petsc(VecSet(x, 2.0));
  TaoHandle tao;
  check_petsc(TaoCreate(MPI_COMM_WORLD, tao.out()));
  check_petsc(TaoSetType(tao, type));
  set_descent_rates(tao, training);
  check_petsc(TaoSetSolution(tao, x));
  const auto evaluate = [](Tao, Vec at, PetscReal* f, Vec g, void*) {
    check_petsc(VecDot(at, at, f));
    *f *= 0.5;
    check_petsc(VecCopy(at, g));
    return success;
  };
  check_petsc(TaoSetObjectiveAndGradient(tao, nullptr, evaluate, nullptr));
  check_petsc(TaoSetMaximumIterations(tao, steps));
  check_petsc(TaoSetTolerances(tao, 0, 0, 0));
  check_petsc(TaoSolve(tao));
  return VecRead(x)[2];
}

TEST(Descent, SteepestDescentShrinksByOneMinusAlpha) {
  TrainingCase training;
  training.optimizer = "steepest-descent";
  training.learning_rate = 0.25;
  EXPECT_DOUBLE_EQ(last_entry("steepest-descent", training, 4), 2.0 * std::pow(0.75, 4));
}

/// Adam's first step has the length alpha, whatever the gradient; the second follows by hand.
TEST(Descent, AdamFollowsItsAlgorithm) {
  TrainingCase training;
  training.optimizer = "adam";
  training.learning_rate = 0.1;
  training.adam_epsilon = 1e-14; // of a loss of 6 on each rank
  EXPECT_NEAR(last_entry("adam", training, 1), 1.9, 1e-12);
  const double m = (0.9 * 0.1 * 2.0 + 0.1 * 1.9) / (1 - 0.81);
  const double v = (0.999 * 0.001 * 4.0 + 0.001 * 3.61) / (1 - 0.999 * 0.999);
  EXPECT_NEAR(last_entry("adam", training, 2), 1.9 - 0.1 * m / std::sqrt(v), 1e-12);
}

/// f = x^2 / 2, infinite for x < 0: steps of 8 lead there from 2, their parts 4 and 1 too or not.
TEST(Descent, StepsToNowhereAreShortened) {
  register_descent_types();
  VecHandle x;
  check_petsc(VecCreateMPI(MPI_COMM_WORLD, 1, PETSC_DECIDE, x.out()));
  check_petsc(VecSet(x, 2.0));
  TaoHandle tao;
  check_petsc(TaoCreate(MPI_COMM_WORLD, tao.out()));
  check_petsc(TaoSetType(tao, "steepest-descent"));
  TrainingCase training;
  training.optimizer = "steepest-descent";
  training.learning_rate = 4.0;
  set_descent_rates(tao, training);
  check_petsc(TaoSetSolution(tao, x));
  const auto evaluate = [](Tao, Vec at, PetscReal* f, Vec g, void*) {
    PetscReal least = 0;
    check_petsc(VecMin(at, nullptr, &least));
    check_petsc(VecDot(at, at, f));
    *f = least < 0 ? INFINITY : *f / 2;
    check_petsc(VecCopy(at, g));
    return success;
  };
  check_petsc(TaoSetObjectiveAndGradient(tao, nullptr, evaluate, nullptr));
  check_petsc(TaoSetMaximumIterations(tao, 1));
  check_petsc(TaoSetTolerances(tao, 0, 0, 0));
  check_petsc(TaoSolve(tao));
  PetscReal step = 0;
  check_petsc(TaoGetSolutionStatus(tao, nullptr, nullptr, nullptr, nullptr, &step, nullptr));
  EXPECT_EQ(step, 0.5);          // 4, 4 / 2 and 4 / 8 were tried
  EXPECT_EQ(VecRead(x)[0], 1.0); // 2 - 0.5 * 2
}

} // namespace
} // namespace nadir
