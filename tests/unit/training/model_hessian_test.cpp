#include "nadir/training/model_hessian.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

using Values = std::vector<double>;

/// One layer with f = id and omega fixed: the loss is a parabola of its unknowns, and no later
/// layer carries a change elsewhere, so that the model is the Hessian.
Case parabola(bool in_space, double h1 = 0) {
  Case c = test::small_case({9, 8}, {test::reflect, test::value_of(0.3)});
  c.network.layers = 1;
  c.network.activation = "identity";
  test::train_all(c, in_space, false);
  c.network.relaxation = test::fixed({0.7});
  for (const NamedParameter& p : named_parameters(c))
    if (p.spec.train) p.spec.penalty = {.l2 = 0.2, .h1 = h1};
  for (TargetSpec& target : c.data.targets) target.layer = 1;
  return c;
}

struct Model {
  Case c;
  Grid grid;
  Observations observations;
  Objective objective;
  ModelHessian hessian;
  VecHandle x;

  explicit Model(Case of, MPI_Comm comm = MPI_COMM_WORLD)
      : c(std::move(of)), grid(comm, c.grid, state_ghosts(c)),
        observations(test::random_observations(grid, c, 3)),
        objective(grid, c, observations, test::random_coefficients(grid, c, 0.03)),
        hessian(grid, c, objective), x(objective.initial_control()) {
    hessian.renew(x);
  }

  VecHandle like(std::uint64_t stream) const {
    VecHandle v = objective.space().create();
    VecWrite to(v);
    for (PetscInt i = 0; i < objective.space().local_size(); ++i)
      to[i] = hashed_number(stream + static_cast<std::uint64_t>(grid.rank()),
                            static_cast<std::uint64_t>(i));
    return v;
  }
  /// H v by central differences of the gradient, exact for parabolas.
  VecHandle hessian_times(Vec v) {
    VecHandle moved = objective.space().create(), up = objective.space().create(),
              down = objective.space().create();
    check_petsc(VecWAXPY(moved, 1.0, v, x));
    (void)objective.value_and_gradient(moved, up);
    check_petsc(VecWAXPY(moved, -1.0, v, x));
    (void)objective.value_and_gradient(moved, down);
    check_petsc(VecAXPY(up, -1.0, down));
    check_petsc(VecScale(up, 0.5));
    return up;
  }
};

double norm(Vec v) {
  PetscReal length = 0;
  check_petsc(VecNorm(v, NORM_2, &length));
  return length;
}

double relative_error(Vec found, Vec expected) {
  VecHandle difference;
  check_petsc(VecDuplicate(found, difference.out()));
  check_petsc(VecWAXPY(difference, -1.0, expected, found));
  return norm(difference) / norm(expected);
}

TEST(ModelHessian, SolvesWithTheHessianWhereTheLossIsAParabola) {
  for (const bool in_space : {true, false}) {
    Case c = parabola(in_space);
    for (const Reduction reduction : {Reduction::sum, Reduction::mean}) {
      c.loss.reduction = reduction;
      Model m(c);
      const VecHandle v = m.like(4), Hv = m.hessian_times(v), d = m.objective.space().create();
      m.hessian.solve(Hv, 0.0, {}, d);
      EXPECT_LT(relative_error(d, v), 1e-9) << in_space;
    }
  }
}

/// Neighbours that penalties couple: the polynomial comes close.
TEST(ModelHessian, SolvesWithPenaltiesOfNeighbours) {
  Model m(parabola(true, 0.5));
  const VecHandle v = m.like(4), Hv = m.hessian_times(v), d = m.objective.space().create();
  m.hessian.solve(Hv, 0.0, {}, d);
  EXPECT_LT(relative_error(d, v), 0.05);
}

TEST(ModelHessian, IsSymmetricAndPositive) {
  Case c = parabola(true, 2.0);
  c.network.layers = 3;
  c.network.activation = "tanh";
  c.kernel["reaction"].varies_layer = true; // its h1 holds neighbouring layers, too
  c.kernel["diffusion"] = test::trained({0.1}, false, false);
  Model m(c);
  const VecHandle u = m.like(4), v = m.like(9), Au = m.objective.space().create(),
                  Av = m.objective.space().create();
  m.hessian.solve(u, 0.1, {}, Au);
  m.hessian.solve(v, 0.1, {}, Av);
  PetscReal uAv = 0, vAu = 0, uAu = 0;
  check_petsc(VecDot(u, Av, &uAv));
  check_petsc(VecDot(v, Au, &vAu));
  check_petsc(VecDot(u, Au, &uAu));
  EXPECT_NEAR(uAv, vAu, 1e-11 * norm(u) * norm(Av));
  EXPECT_GT(uAu, 0.0);
}

/// What is held is out of the system: a solution among the others alone.
TEST(ModelHessian, SolvesAmongFreeUnknowns) {
  Model m(parabola(true));
  const auto n = static_cast<std::size_t>(m.objective.space().local_size());
  Values free(n);
  for (std::size_t i = 0; i < n; ++i) free[i] = i % 3 == 1 ? 0.0 : 1.0;
  const VecHandle v = m.like(4), d = m.objective.space().create();
  {
    VecWrite values(v);
    for (std::size_t i = 0; i < n; ++i) values.data()[i] *= free[i];
  }
  const VecHandle Hv = m.hessian_times(v);
  m.hessian.solve(Hv, 0.0, free, d);
  EXPECT_LT(relative_error(d, v), 1e-9);
  const VecRead solved(d);
  for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(solved.data()[i] == 0.0, free[i] == 0.0);
}

/// The larger the loss, the shorter the way.
TEST(ModelHessian, IsCautiousWhileTheLossIsLarge) {
  Model m(parabola(true));
  const VecHandle g = m.like(4), near = m.objective.space().create(),
                  far = m.objective.space().create();
  m.hessian.solve(g, 100.0, {}, near);
  m.hessian.solve(g, 0.0, {}, far);
  EXPECT_LT(norm(near), 0.5 * norm(far));
}

TEST(ModelHessian, IsTheSameBitsOnAnyNumberOfRanks) {
  for (const bool in_space : {true, false}) {
    Case c = parabola(in_space, 0.4);
    c.network.layers = 3;
    c.network.activation = "tanh";
    const auto length = [&](MPI_Comm comm) {
      Model m(c, comm);
      const VecHandle d = m.objective.space().create(), g = m.objective.space().create();
      (void)m.objective.value_and_gradient(m.x, g);
      m.hessian.solve(g, 0.1, {}, d);
      return norm(d); // reproducible sums
    };
    EXPECT_EQ(length(MPI_COMM_WORLD), length(MPI_COMM_SELF));
  }
}

} // namespace
} // namespace nadir
