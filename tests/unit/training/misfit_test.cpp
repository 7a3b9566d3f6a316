#include "nadir/training/misfit.hpp"

#include "nadir/base/collective.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

/// One target of weight 3 at layer 2 that is z - 0.5 at every other point.
TEST(Misfit, WeighsObservedPointsOfItsLayer) {
  Case c = test::small_case({8, 9}, {test::periodic, test::reflect});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Observations o;
  o.samples = 1;
  o.points = grid.owned().points();
  Target t;
  t.layer = 2;
  t.weight = 3.0;
  Field z(Layout(grid, 1)), lambda(Layout(grid, 1));
  test::for_points(grid, [&](auto k, auto j, auto i, std::int64_t index) {
    z.at(k, j, i) = 1.0;
    t.y.push_back(0.5);
    t.used.push_back(index % 2 == 0);
  });
  t.used_total = 36;
  o.targets.push_back(t);
  const Misfit sum(z.layout(), o, Reduction::sum), mean(z.layout(), o, Reduction::mean);
  const auto value = [&](const Misfit& misfit, std::int64_t layer) {
    BufferedSum part;
    misfit.add_value(0, layer, z.data(), part);
    return sum_over_ranks(grid.comm(), part.take());
  };
  EXPECT_NEAR(value(sum, 2), 3.0 * 36 * 0.25, 1e-12);
  EXPECT_NEAR(value(mean, 2), 0.25, 1e-15);
  EXPECT_NEAR(sum_over_ranks(grid.comm(), sum.distance(0, 0, z.data())), 36 * 0.25, 1e-12);
  EXPECT_EQ(value(sum, 1), 0.0);
  sum.add_derivative(0, 2, z.data(), lambda.data());
  test::for_points(grid, [&](auto k, auto j, auto i, std::int64_t index) {
    EXPECT_EQ(lambda.at(k, j, i), index % 2 == 0 ? 2 * 3.0 * 0.5 : 0.0);
  });
}

} // namespace
} // namespace nadir
