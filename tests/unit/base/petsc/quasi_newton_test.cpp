#include "base/petsc/quasi_newton.hpp"
#include "base/petsc/tao_type.hpp"

#include "nadir/base/handle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

namespace nadir {
namespace {

constexpr PetscErrorCode success = PetscErrorCode(0);
constexpr PetscInt pairs_per_rank = 3;
double unit_of_loss = 1;

/// The sum of Rosenbrock's functions of neighbouring entries, (1 - a)^2 + 100 (b - a^2)^2.
PetscErrorCode rosenbrock(Tao, Vec x, PetscReal* f, Vec g, void* evaluations) {
  double sum = 0;
  {
    const VecRead from(x);
    VecWrite to(g);
    for (PetscInt i = 0; i < pairs_per_rank; ++i) {
      const double a = from[2 * i], b = from[2 * i + 1], t = b - a * a;
      sum += unit_of_loss * ((1 - a) * (1 - a) + 100 * t * t);
      to[2 * i] = unit_of_loss * (-2 * (1 - a) - 400 * a * t);
      to[2 * i + 1] = unit_of_loss * 200 * t;
    }
  }
  MPI_Comm comm = MPI_COMM_NULL;
  check_petsc(PetscObjectGetComm(reinterpret_cast<PetscObject>(x), &comm));
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, comm);
  *f = sum;
  ++*static_cast<int*>(evaluations);
  return success;
}

/// Gauss and Newton's Hessian of every pair, 2 J^T J, at the point of the renewal, and a little
/// more.
struct ModelOfRosenbrock final : InitialHessian {
  int renewals = 0;
  std::array<double, pairs_per_rank> a{};

  void renew(Vec x) override {
    ++renewals;
    const VecRead at(x);
    for (PetscInt i = 0; i < pairs_per_rank; ++i) a[static_cast<std::size_t>(i)] = at[2 * i];
  }
  void solve(Vec g, double f, std::span<const double> free, Vec d) override {
    const VecRead right(g);
    std::array<double, 2 * pairs_per_rank> found{};
    for (std::size_t i = 0; i < pairs_per_rank; ++i) {
      const double m = free.empty() ? 1 : free[2 * i], n = free.empty() ? 1 : free[2 * i + 1];
      const double more = 0.01 * f, u = unit_of_loss;
      const double A = m * (u * (2 + 800 * a[i] * a[i]) + more) + (1 - m),
                   B = -m * n * u * 400 * a[i], C = n * (u * 200 + more) + (1 - n),
                   det = A * C - B * B;
      const double r = m * right.data()[2 * i], s = n * right.data()[2 * i + 1];
      found[2 * i] = (C * r - B * s) / det;
      found[2 * i + 1] = (A * s - B * r) / det;
    }
    std::ranges::copy(found, VecWrite(d).data());
  }
};

struct Problem {
  ModelOfRosenbrock model;
  VecHandle x, low, high;
  TaoHandle tao;
  int evaluations = 0;

  explicit Problem(std::optional<double> bound, PetscInt steps, MPI_Comm comm = MPI_COMM_WORLD,
                   bool with_model = false) {
    check_petsc(TaoRegister("bqnls", create_quasi_newton));
    check_petsc(VecCreateMPI(comm, 2 * pairs_per_rank, PETSC_DECIDE, x.out()));
    {
      VecWrite values(x); // the same on every rank, so that the problem stays as hard
      for (PetscInt i = 0; i < 2 * pairs_per_rank; ++i) values[i] = -1.2 + 0.1 * double(i);
    }
    check_petsc(TaoCreate(comm, tao.out()));
    check_petsc(TaoSetType(tao, "bqnls"));
    check_petsc(TaoSetSolution(tao, x));
    check_petsc(TaoSetObjectiveAndGradient(tao, nullptr, rosenbrock, &evaluations));
    check_petsc(TaoSetMaximumIterations(tao, steps));
    check_petsc(TaoSetTolerances(tao, 1e-9, 0, 0));
    if (bound) {
      check_petsc(VecDuplicate(x, low.out()));
      check_petsc(VecDuplicate(x, high.out()));
      check_petsc(VecSet(low, -3.0));
      check_petsc(VecSet(high, *bound));
      check_petsc(TaoSetVariableBounds(tao, low, high));
    }
    check_petsc(TaoSetFromOptions(tao));
    if (with_model) use_initial_hessian(tao, model);
    check_petsc(TaoSetUp(tao));
  }

  double loss() {
    PetscReal f = 0;
    check_petsc(TaoGetSolutionStatus(tao, nullptr, &f, nullptr, nullptr, nullptr, nullptr));
    return f;
  }
};

TEST(QuasiNewton, FindsTheMinimum) {
  for (const bool with_model : {false, true}) {
    Problem problem(std::nullopt, 300, MPI_COMM_WORLD, with_model);
    check_petsc(TaoSolve(problem.tao));
    const VecRead x(problem.x);
    for (PetscInt i = 0; i < 2 * pairs_per_rank; ++i) EXPECT_NEAR(x[i], 1.0, 1e-7);
  }
}

/// With a, b <= 0.5 the minimum is at b = 0.25, a = 0.5: a is on its bound.
TEST(QuasiNewton, FindsTheMinimumOnABound) {
  for (const bool with_model : {false, true}) {
    Problem problem(0.5, 300, MPI_COMM_WORLD, with_model);
    check_petsc(TaoSolve(problem.tao));
    const VecRead x(problem.x);
    for (PetscInt i = 0; i < pairs_per_rank; ++i) {
      EXPECT_EQ(x[2 * i], 0.5);
      EXPECT_NEAR(x[2 * i + 1], 0.25, 1e-7);
    }
  }
}

void put_back(const IterationState& from, Tao tao) {
  for (int pass = 0; pass < 2; ++pass) { // the first number tells how many there are
    const IterationState to = *iteration_state_of(tao);
    for (std::size_t i = 0; i < to.numbers.size(); ++i) {
      EXPECT_EQ(to.numbers[i].first, from.numbers[i].first);
      *to.numbers[i].second = *from.numbers[i].second;
    }
    for (std::size_t i = 0; i < to.newer_numbers.size(); ++i)
      *to.newer_numbers[i].second = *from.newer_numbers[i].second;
    *to.iteration = *from.iteration;
  }
  const IterationState to = *iteration_state_of(tao);
  ASSERT_EQ(to.vectors.size(), from.vectors.size());
  for (std::size_t i = 0; i < to.vectors.size(); ++i)
    check_petsc(VecCopy(from.vectors[i].second, to.vectors[i].second));
}

void expect_same_run(std::optional<double> bound, PetscInt before, bool with_model) {
  constexpr PetscInt after = 12;
  Problem whole(bound, before + after, MPI_COMM_WORLD, with_model),
      first(bound, before, MPI_COMM_WORLD, with_model),
      second(bound, after, MPI_COMM_WORLD, with_model);
  check_petsc(TaoSolve(whole.tao));
  check_petsc(TaoSolve(first.tao));
  const IterationState from = *iteration_state_of(first.tao);
  EXPECT_EQ(*from.iteration, double(before));
  put_back(from, second.tao);
  check_petsc(VecCopy(from.point, second.x));
  check_petsc(TaoSolve(second.tao));
  EXPECT_EQ(second.loss(), whole.loss()) << before << " steps before";
  PetscBool same = PETSC_FALSE;
  check_petsc(VecEqual(second.x, whole.x, &same));
  EXPECT_TRUE(same) << before << " steps before";
}

/// What IterationState names is everything a step depends on. At 5 and 7 the model is older than
/// the iterate, and is to be made where it was.
TEST(QuasiNewton, GoesOnBitByBitFromItsMemory) {
  for (const bool with_model : {false, true})
    for (const auto bound : {std::optional<double>{}, std::optional<double>{0.5}})
      for (const PetscInt before : {0, 1, 3, 5, 7, 9}) expect_same_run(bound, before, with_model);
}

/// No threshold of its own has the units of the loss.
TEST(QuasiNewton, TakesTheSameStepsInAnyUnitOfTheLoss) {
  for (const auto bound : {std::optional<double>{}, std::optional<double>{0.5}}) {
    Problem one(bound, 25);
    check_petsc(TaoSetTolerances(one.tao, 0, 0, 1e-9));
    check_petsc(TaoSolve(one.tao));
    EXPECT_GT(one.evaluations, 20);
    for (const double unit : {0x1p-90, 0x1p90}) {
      Problem other(bound, 25);
      check_petsc(TaoSetTolerances(other.tao, 0, 0, 1e-9));
      unit_of_loss = unit;
      check_petsc(TaoSolve(other.tao));
      unit_of_loss = 1;
      EXPECT_EQ(other.evaluations, one.evaluations) << unit;
      EXPECT_EQ(other.loss(), unit * one.loss()) << unit;
    }
  }
}

/// The method of PETSc's own type: as few evaluations on a hard valley.
TEST(QuasiNewton, NeedsFewEvaluations) {
  // Of one rank's entries: with those of more ranks it is another, longer problem.
  Problem problem(std::nullopt, 300, MPI_COMM_SELF);
  check_petsc(TaoSolve(problem.tao));
  EXPECT_LT(problem.evaluations, 150);
}

/// A model that is close to the Hessian leaves little to learn; it is made ever more seldom.
TEST(QuasiNewton, ModelsOfTheHessianSpareEvaluations) {
  Problem without(std::nullopt, 300, MPI_COMM_SELF),
      problem(std::nullopt, 300, MPI_COMM_SELF, true);
  check_petsc(TaoSolve(without.tao));
  check_petsc(TaoSolve(problem.tao));
  EXPECT_LT(problem.evaluations, without.evaluations);
  PetscInt iterations = 0;
  check_petsc(TaoGetIterationNumber(problem.tao, &iterations));
  EXPECT_GT(problem.model.renewals, 1);
  EXPECT_LT(problem.model.renewals, iterations);
}

} // namespace
} // namespace nadir
