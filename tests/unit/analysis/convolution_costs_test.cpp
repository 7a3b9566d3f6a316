#include "nadir/analysis/convolution_costs.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(ConvolutionCosts, MeasuresBothWays) {
  const Case c = test::gaussian_case({16, 16}, {test::periodic, test::periodic}, 2);
  const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
  const auto costs = measure_convolution(grid, c, test::random_coefficients(grid, c, 0.0));
  EXPECT_GT(costs.stencil, 0.0);
  EXPECT_GT(costs.fft, 0.0);
}

} // namespace
} // namespace nadir
