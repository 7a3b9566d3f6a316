#include "nadir/attractor/fixed_point_map.hpp"

#include "support/fixed_point_maps.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using test::largest_difference;
using test::whole;

/// Every family with every boundary: twelve of them.
Case family_case(std::size_t number) {
  const auto boundary = test::boundary_choices(2)[number % 4];
  if (number < 4) return test::small_case({7, 6}, boundary, DiffusionTensor::full);
  if (number < 8) return test::moment_case({7, 6}, boundary, 4);
  return test::stencil_case({7, 6}, boundary, 2);
}

class LayerMapTest : public testing::TestWithParam<std::size_t> {};

TEST_P(LayerMapTest, IsTheLayerAndItsExactLinearisation) {
  Case c = family_case(GetParam());
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid, c.kernel.radius());
  Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
  FixedPointMap map(grid, c, coefficients);
  const VecHandle z = map.create(), v = map.create(), w = map.create(), Jv = map.create(),
                  Jw = map.create(), F = map.create();
  fill_noise(grid, 5, z);
  fill_noise(grid, 6, v);
  fill_noise(grid, 7, w);

  // One layer is z - omega F.
  const VecHandle next = map.copy(z), expected = map.create();
  map.relax(next, 1);
  map.residual(z, F);
  check_petsc(VecPointwiseMult(expected, map.omega(), F));
  check_petsc(VecAYPX(expected, -1.0, z));
  EXPECT_LE(largest_difference(whole(grid, next), whole(grid, expected)), 1e-15);

  // The transposes, and central differences.
  map.linearise(z);
  for (const MatHandle& matrix : {map.residual_jacobian(), map.layer_jacobian()}) {
    check_petsc(MatMult(matrix, v, Jv));
    check_petsc(MatMultTranspose(matrix, w, Jw));
    PetscScalar left = 0, right = 0;
    check_petsc(VecDot(Jv, w, &left));
    check_petsc(VecDot(v, Jw, &right));
    EXPECT_NEAR(left, right, 1e-13);
  }
  const double h = 1e-5;
  const VecHandle plus = map.copy(z), minus = map.copy(z);
  check_petsc(VecAXPY(plus, h, v));
  check_petsc(VecAXPY(minus, -h, v));
  map.relax(plus, 1);
  map.relax(minus, 1);
  check_petsc(VecAXPY(plus, -1.0, minus));
  check_petsc(VecScale(plus, 0.5 / h));
  check_petsc(MatMult(map.layer_jacobian(), v, Jv));
  EXPECT_LE(largest_difference(whole(grid, plus), whole(grid, Jv)), 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Families, LayerMapTest, testing::Range(std::size_t{0}, std::size_t{12}));

} // namespace
} // namespace nadir
