#include "base/petsc/tao_type.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

/// Takes no step: says what it is given.
class Still final : public TaoState {
 public:
  explicit Still(bool& gone) : gone_(gone) {}
  ~Still() override { gone_ = true; }
  void set_up(Tao) override {}
  void solve(Tao tao) override { project_solution(tao); }
  IterationState state(Tao tao) override {
    IterationState state{nullptr, &iteration_, {}, {}, {}};
    check_petsc(TaoGetSolution(tao, &state.point));
    return state;
  }

 private:
  bool& gone_;
};

struct Solver {
  VecHandle x, low, high;
  TaoHandle tao;

  Solver() {
    for (auto* v : {&x, &low, &high})
      check_petsc(VecCreateMPI(MPI_COMM_WORLD, 2, PETSC_DECIDE, v->out()));
    check_petsc(VecSet(x, 5.0));
    check_petsc(VecSet(low, -1.0));
    check_petsc(VecSet(high, 3.0));
    check_petsc(TaoCreate(MPI_COMM_WORLD, tao.out()));
    check_petsc(TaoSetSolution(tao, x));
  }
};

TEST(TaoType, ASolverOwnsItsState) {
  bool gone = false;
  {
    Solver solver;
    auto* const state = new Still(gone);
    check_petsc(adopt_state(solver.tao, state));
    EXPECT_EQ(state_of(solver.tao), state);
    EXPECT_EQ(iteration_state_of(solver.tao)->point, solver.x.get());
    EXPECT_TRUE(use_scales(solver.tao, solver.low));
    EXPECT_EQ(state->scales, solver.low.get());
    EXPECT_FALSE(gone);
  }
  EXPECT_TRUE(gone);
}

TEST(TaoType, PetscsTypesHaveNone) {
  Solver solver;
  check_petsc(TaoSetType(solver.tao, TAOLMVM));
  EXPECT_EQ(state_of(solver.tao), nullptr);
  EXPECT_FALSE(iteration_state_of(solver.tao));
  EXPECT_FALSE(use_scales(solver.tao, nullptr));
}

TEST(TaoType, ProjectsOnBounds) {
  Solver solver;
  project_solution(solver.tao);
  EXPECT_EQ(VecRead(solver.x)[0], 5.0);
  check_petsc(TaoSetVariableBounds(solver.tao, solver.low, solver.high));
  project_solution(solver.tao);
  EXPECT_EQ(VecRead(solver.x)[0], 3.0);
}

TEST(TaoType, KnowsTheErrorsOfNumbers) {
  EXPECT_TRUE(breaks_down(PETSC_ERR_FP));
  EXPECT_FALSE(breaks_down(PETSC_ERR_USER));
  EXPECT_FALSE(breaks_down(PetscErrorCode(0)));
}

} // namespace
} // namespace nadir
