#include "nadir/network/coefficients.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(Coefficients, LayersSeeTheirOwnValuesOrTheSharedOnes) {
  Case c = test::small_case({6, 7}, {test::periodic, test::reflect}, DiffusionTensor::diagonal);
  c.kernel["advection"] = test::trained({0.1, 0.2}, false, true);
  c.kernel["diffusion"] = test::trained({0.3, 0.4}, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients values(grid, c, Coefficients::Content::values);
  ParameterValues& U = values["advection"];
  ParameterValues& D = values["diffusion"];
  *U.block(U.block_index(2, 1)) = 7.0;
  D.block(1)[D.layout().index(0, 0, 0)] = 8.0;
  EXPECT_EQ(values.layer(2).theta[2].number, 7.0); // R, U_y, U_x
  EXPECT_EQ(values.layer(1).theta[2].number, 0.0);
  EXPECT_EQ(*values.layer(0).theta[4].field, 8.0); // D_yy, D_xx
  EXPECT_EQ(values.layer(0).theta[4].field, values.layer(2).theta[4].field);
}

TEST(Coefficients, GradientsHaveRoomForTrainedParametersOnly) {
  Case c = test::small_case({6, 7}, {test::periodic, test::reflect});
  c.kernel["reaction"] = test::trained({0.0}, true, true);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  EXPECT_TRUE(bar["advection"].empty());
  EXPECT_EQ(bar["reaction"].blocks(), 3);
  const LayerGradient rows = bar.layer_bar(1);
  EXPECT_NE(rows.theta[0].field, nullptr);
  EXPECT_EQ(rows.theta[1].field, nullptr); // U is fixed: its derivative goes nowhere
  EXPECT_EQ(rows.theta[1].sum, nullptr);
}

} // namespace
} // namespace nadir
