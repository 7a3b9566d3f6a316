#include "base/petsc/descent.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

class Plain final : public Descent {
  void step(Vec x, Vec g, double /*f*/, double /*number*/) override {
    check_petsc(VecAXPY(x, -alpha, g));
  }
};

/// f = x^2 / 2, infinite for x < 0: steps of 8 lead there from 2, their parts 4 and 1 too or not.
TEST(Descent, StepsToNowhereAreShortened) {
  check_petsc(TaoRegister("nadir-plain-descent", create_tao_type<Plain>));
  VecHandle x;
  check_petsc(VecCreateMPI(MPI_COMM_WORLD, 1, PETSC_DECIDE, x.out()));
  check_petsc(VecSet(x, 2.0));
  TaoHandle tao;
  check_petsc(TaoCreate(MPI_COMM_WORLD, tao.out()));
  check_petsc(TaoSetType(tao, "nadir-plain-descent"));
  static_cast<Plain&>(*state_of(tao)).alpha = 4.0;
  check_petsc(TaoSetSolution(tao, x));
  const auto evaluate = [](Tao, Vec at, PetscReal* f, Vec g, void*) {
    PetscReal least = 0;
    check_petsc(VecMin(at, nullptr, &least));
    check_petsc(VecDot(at, at, f));
    *f = least < 0 ? INFINITY : *f / 2;
    check_petsc(VecCopy(at, g));
    return PetscErrorCode(0);
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
