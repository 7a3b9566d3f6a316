#include "nadir/training/control.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

Case mixed_case() {
  Case c = test::small_case({6, 7}, {test::periodic, test::reflect}, DiffusionTensor::full);
  c.kernel["reaction"] = test::trained({-0.1}, true, true);
  c.kernel["advection"] = test::trained({0.1, 0.2}, false, true);
  c.kernel["diffusion"] = test::trained({0.1, 0.0, 0.2}, true, false);
  c.network.relaxation = test::trained({0.6}, false, false);
  c.network.relaxation.bounds = std::pair{0.0, 1.0};
  return c;
}

TEST(ControlSpace, VectorAndCoefficientsAreOneToOne) {
  const Case c = mixed_case();
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const ControlSpace space(grid, c);
  EXPECT_EQ(space.global_size(), 3 * 42 + 3 * 2 + 3 * 42 + 1);
  EXPECT_EQ(space.numbers(), 7u);
  const Coefficients from = test::random_coefficients(grid, c, 0.3);
  Coefficients to(grid, c, Coefficients::Content::values);
  VecHandle x = space.create();
  space.from_coefficients(from, x);
  space.to_coefficients(x, to);
  for (const auto p : {"reaction", "advection", "diffusion", "relaxation"}) {
    const ParameterValues &a = from[p], &b = to[p];
    for (std::int64_t k = 0; k < a.blocks(); ++k) {
      if (!a.varies_space()) {
        EXPECT_EQ(*a.block(k), *b.block(k));
        continue;
      }
      test::for_points(grid, [&](auto z, auto y, auto i, auto) {
        const auto at = a.layout().index(z, y, i);
        EXPECT_EQ(a.block(k)[at], b.block(k)[at]);
      });
    }
  }
  EXPECT_EQ(*to["bias"].block(0), 0.0); // fixed: not touched
}

TEST(ControlSpace, BoundsHoldWhereTheCaseSetsThem) {
  const Case c = mixed_case();
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const ControlSpace space(grid, c);
  EXPECT_TRUE(space.any_bounds());
  VecHandle lower = space.create(), upper = space.create();
  space.bounds(lower, upper);
  PetscReal largest = 0;
  check_petsc(VecMax(lower, nullptr, &largest));
  EXPECT_EQ(largest, 0.0);
  check_petsc(VecMin(upper, nullptr, &largest));
  EXPECT_EQ(largest, 1.0);
}

} // namespace
} // namespace nadir
