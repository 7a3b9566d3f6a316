#include "nadir/analysis/convolution_choice.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/network/kernel_operator.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(ConvolutionChoice, IsLeftToUsWhereBothWaysAreOpen) {
  const std::vector<BoundaryCase> ring{test::periodic};
  const Case gaussian = test::gaussian_case({16}, ring, 3);
  EXPECT_TRUE(may_choose_convolution(gaussian));
  EXPECT_TRUE(may_choose_convolution(test::power_law_case({16}, ring, 3)));
  EXPECT_FALSE(may_choose_convolution(test::small_case({16}, ring)));
  EXPECT_FALSE(may_choose_convolution(test::gaussian_case({16}, {test::reflect}, 3)));
  EXPECT_FALSE(
      may_choose_convolution(test::galerkin_radial_case({16}, ring, Basis::hat, 2, false)));
  Case said = gaussian;
  said.run.convolution = Convolution::stencil;
  EXPECT_FALSE(may_choose_convolution(said));
  Case varying = gaussian;
  varying.kernel.width = test::trained({0.9}, true, false);
  EXPECT_FALSE(may_choose_convolution(varying));
}

TEST(ConvolutionChoice, IsHeededAndNoPartOfTheCase) {
  const Case open = test::gaussian_case({16}, {test::periodic}, 3);
  Case settled = open;
  settled.convolution = Convolution::fft;
  EXPECT_TRUE(is_swept(open));
  EXPECT_FALSE(is_swept(settled));
  EXPECT_EQ(resolved_text(settled), resolved_text(open));
  settled.run.convolution = Convolution::stencil; // what the case says counts
  EXPECT_TRUE(is_swept(settled));
}

TEST(ConvolutionChoice, MeasuresBothWays) {
  const Case c = test::gaussian_case({16, 16}, {test::periodic, test::periodic}, 2);
  const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
  const auto costs = measure_convolution(grid, c, test::random_coefficients(grid, c, 0.0));
  EXPECT_GT(costs.stencil, 0.0);
  EXPECT_GT(costs.fft, 0.0);
}

} // namespace
} // namespace nadir
