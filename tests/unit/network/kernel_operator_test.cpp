#include "nadir/network/kernel_operator.hpp"

#include "support/grids.hpp"
#include "support/relaxation.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

/// Where a kind of operator has nothing better, the transpose is added after it is made.
TEST(KernelOperator, AddsItsTransposeToWhatIsThere) {
  const Grid grid = test::grid_of({4, 19}, BoundaryKind::periodic);
  const test::Relaxation r(grid, "identity");
  test::TwoPointKernel kernel(r.layout());
  LayerCoefficients theta;
  theta.theta[0].number = 0.4;
  theta.theta[1].number = -0.3;
  kernel.set_coefficients(theta);
  const Field g = r.random(1, 0.0, 1.0), before = r.random(2, 0.0, 1.0);
  Field once(r.layout()), added = before;
  kernel.apply_transpose(g.data(), once.data());
  for (int times = 0; times < 2; ++times) kernel.add_transpose(g.data(), added.data());
  Field expected = before;
  for (std::size_t i = 0; i < r.layout().size(); ++i)
    expected.data()[i] = expected.data()[i] + once.data()[i] + once.data()[i];
  double most = 0;
  for (std::size_t i = 0; i < r.layout().size(); ++i)
    most = std::max(most, std::abs(expected.data()[i] - added.data()[i]));
  EXPECT_EQ(most, 0.0);
  EXPECT_GT(r.dot(once, once), 0.1);
}

} // namespace
} // namespace nadir
