#include "nadir/attractor/equilibrium_model.hpp"

#include "support/fixed_point_maps.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using test::Dense;
using test::dense;
using test::direct_solve;
using test::largest_difference;
using test::varying_case;
using test::whole;

/// A derivative with respect to a field, by global index, on every rank.
std::vector<double> whole_field(const Grid& grid, const FixedPointMap& map, const Coefficients& bar,
                                std::string_view p) {
  const VecHandle v = map.create();
  pack(bar[p].layout(), bar[p].block(0), VecWrite(v).data());
  return whole(grid, v);
}

Dense transposed(const Dense& A) {
  Dense T(A.size(), std::vector<double>(A.size()));
  for (std::size_t i = 0; i < A.size(); ++i)
    for (std::size_t j = 0; j < A.size(); ++j) T[j][i] = A[i][j];
  return T;
}

class LinearStep : public testing::TestWithParam<std::size_t> {};

/// f = identity: z* = (W - I)^-1 (b - g), and with mu = (I - W)^-T lambda the derivatives mu z*
/// with respect to R, -mu with respect to b.
TEST_P(LinearStep, IsWhatADirectSolverFindsAndSoIsItsTranspose) {
  Case c = varying_case(test::boundary_choices(2)[GetParam()], -0.3);
  c.network.attractor = true;
  c.network.layers = 1;
  c.network.relaxation.train = false;
  c.kernel["reaction"] = test::trained({-0.3}, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.04);
  coefficients.fill_ghosts();
  EquilibriumModel step(grid, c, c.attractor, plan_passes(grid, c, 1));
  const Layout& layout = step.state_layout();
  FixedPointMap map(grid, c, coefficients);
  const VecHandle input = map.create(), found = map.create(), lambda = map.create();
  fill_noise(grid, 1, input);
  fill_noise(grid, 2, lambda);

  RevolvedStates states(layout, all_kept(1));
  unpack(layout, VecRead(input).data(), states.write(0));
  std::vector<std::int64_t> seen;
  const auto problem = step.forward(coefficients, states, 0, 1,
                                    [&](std::int64_t l, const double*) { seen.push_back(l); });
  EXPECT_FALSE(problem);
  EXPECT_EQ(seen, (std::vector<std::int64_t>{0, 1}));
  pack(layout, states.read(1), VecWrite(found).data());

  const VecHandle zero = map.create(), right = map.create();
  map.equilibrium(zero, right); // g - b
  map.linearise(zero);
  const Dense A = dense(map, map.residual_jacobian()); // I - W
  const auto z = direct_solve(A, whole(grid, right));
  EXPECT_LE(largest_difference(whole(grid, found), z), 1e-13);

  Coefficients bar(grid, c, Coefficients::Content::gradients);
  StateStore* const one = &states;
  step.adjoint(
      coefficients, std::span(&one, 1), WatchedLayers(),
      [&](std::size_t, std::int64_t layer, const double*, double* to) {
        EXPECT_EQ(layer, 1);
        unpack(layout, VecRead(lambda).data(), to);
      },
      bar);
  EXPECT_FALSE(step.problem(0));
  auto mu = direct_solve(transposed(A), whole(grid, lambda));
  std::vector<double> by_R(mu.size()), by_b(mu.size());
  for (std::size_t i = 0; i < mu.size(); ++i) {
    by_R[i] = mu[i] * z[i];
    by_b[i] = -mu[i];
  }
  EXPECT_LE(largest_difference(whole_field(grid, map, bar, "reaction"), by_R), 1e-12);
  EXPECT_LE(largest_difference(whole_field(grid, map, bar, "bias"), by_b), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(Boundaries, LinearStep, testing::Range(std::size_t{0}, std::size_t{4}));

} // namespace
} // namespace nadir
