#include "nadir/training/penalty.hpp"
#include "nadir/training/penalty_hessian.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

using Values = std::vector<double>;

/// All parameters of a small case, in space and by layer, with one penalty.
struct Penalised {
  Case c;
  Grid grid;
  ControlSpace space;
  PenaltyHessian hessian;
  Values x;

  static Case with(const PenaltySpec& penalty, std::vector<std::int64_t> shape,
                   std::vector<BoundarySpec> boundary, bool in_space) {
    Case c = test::small_case(std::move(shape), std::move(boundary));
    test::train_all(c, in_space, true);
    for (const NamedParameter& p : named_parameters(c)) p.spec.penalty = penalty;
    c.network.bias.varies_layer = false;
    return c;
  }

  explicit Penalised(const PenaltySpec& penalty, std::vector<std::int64_t> shape = {4, 5},
                     std::vector<BoundarySpec> boundary = {test::reflect, test::periodic},
                     bool in_space = true, MPI_Comm comm = MPI_COMM_WORLD)
      : c(with(penalty, std::move(shape), std::move(boundary), in_space)), grid(comm, c.grid),
        space(grid, c), hessian(grid, space), x(random(3)) {
    hessian.linearise(x.data());
  }

  Values random(std::uint64_t stream) const {
    VecHandle v = space.create();
    space.from_coefficients(test::random_coefficients(grid, c, 0.2 * double(stream)), v);
    const VecRead local(v);
    return {local.data(), local.data() + space.local_size()};
  }
  Values times(const Values& v) {
    Values out(v.size(), 0.0);
    hessian.add(v.data(), out.data());
    return out;
  }
  Values gradient(const Values& at) {
    VecHandle zero = space.create();
    check_petsc(VecSet(zero, 0.0));
    Penalty penalty(grid, space, zero);
    Values out(at.size(), 0.0);
    BufferedSum ignored;
    penalty.add(at.data(), out.data(), ignored);
    return out;
  }
  double dot(const Values& a, const Values& b) const {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
    return sum;
  }
};

double furthest(const Values& a, const Values& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

const std::vector<PenaltySpec> penalties{
    {.l2 = 0.7},
    {.h1 = 0.3},
    {.tv = 0.4, .epsilon = 0.1},
    {.l1 = 0.6, .epsilon = 0.1},
    {.l2 = 0.1, .h1 = 0.2, .tv = 0.3, .l1 = 0.4, .epsilon = 0.05, .continuum = true}};

/// The gradient of a penalty of p - 0 is quadratic in p or, lagged, as if it were.
TEST(PenaltyHessian, TimesThePointIsTheGradientThere) {
  for (const PenaltySpec& penalty : penalties) {
    for (const bool in_space : {true, false}) {
      Penalised p(penalty, {4, 5}, {test::value_of(2.0), test::periodic}, in_space);
      EXPECT_LT(furthest(p.times(p.x), p.gradient(p.x)), 1e-13) << penalty.tv << in_space;
    }
    Penalised deep(penalty, {3, 4, 5}, {test::periodic, test::reflect, test::reflect});
    EXPECT_LT(furthest(deep.times(deep.x), deep.gradient(deep.x)), 1e-13);
  }
}

TEST(PenaltyHessian, IsSymmetricAndNeverNegative) {
  for (const PenaltySpec& penalty : penalties) {
    Penalised p(penalty);
    const Values u = p.random(5), v = p.random(7);
    EXPECT_NEAR(p.dot(u, p.times(v)), p.dot(v, p.times(u)), 1e-12 * std::abs(p.dot(u, p.times(v))));
    EXPECT_GE(p.dot(u, p.times(u)), 0.0);
  }
}

TEST(PenaltyHessian, DiagonalIsThatOfUnitVectors) {
  for (const PenaltySpec& penalty : penalties) {
    Penalised p(penalty, {3, 4}, {test::reflect, test::periodic}, true, MPI_COMM_SELF);
    Values diagonal(p.x.size(), 0.0), unit(p.x.size(), 0.0);
    p.hessian.add_diagonal(diagonal.data());
    for (std::size_t i = 0; i < unit.size(); ++i) {
      unit[i] = 1;
      EXPECT_NEAR(p.times(unit)[i], diagonal[i], 1e-13 * diagonal[i]);
      unit[i] = 0;
    }
  }
}

TEST(PenaltyHessian, CouplesWherePairsCount) {
  EXPECT_FALSE(Penalised({.l2 = 1.0}).hessian.couples());
  EXPECT_TRUE(Penalised({.h1 = 1.0}).hessian.couples());
  EXPECT_TRUE(Penalised({.tv = 1.0}, {4, 5}, {test::reflect, test::reflect}, false)
                  .hessian.couples()); // over layers
}

} // namespace
} // namespace nadir
