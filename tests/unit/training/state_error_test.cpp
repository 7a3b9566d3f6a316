#include "nadir/training/state_error.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

/// Two parameters: R in space, omega a number.
class StateErrors : public testing::Test {
 protected:
  static Case two_parameters() {
    Case c = test::small_case({6, 8}, {test::periodic, test::reflect});
    c.kernel["reaction"] = test::trained({-0.1}, true, false);
    c.network.relaxation = test::trained({0.6}, false, false);
    return c;
  }
  /// A vector with `field` at every point of R, and `number` for omega.
  VecHandle vector(double field, double number) const {
    VecHandle v = space.create();
    VecWrite values(v);
    for (const auto& block : space.blocks())
      for (std::int64_t i = 0; i < block.size(); ++i)
        values[static_cast<PetscInt>(block.offset + i)] = block.varies_space ? field : number;
    return v;
  }

  const Case c = two_parameters();
  const Grid grid{MPI_COMM_WORLD, c.grid};
  const ControlSpace space{grid, c};
};

/// |g - e|/|e| of each parameter by itself, and of all together.
TEST_F(StateErrors, AreRelativeInTheEuclideanNorm) {
  const StateError error = state_error(space, vector(2.1, 7.0), vector(2.0, 5.0));
  ASSERT_EQ(error.parameters.size(), 2U);
  EXPECT_NEAR(error.parameters[0].second, 0.05, 1e-15);
  EXPECT_NEAR(error.parameters[1].second, 0.4, 1e-15);
  EXPECT_NEAR(error.gradient, std::sqrt((48 * 0.01 + 4) / (48 * 4 + 25.0)), 1e-15);
}

TEST_F(StateErrors, NothingIsRightWhereItShouldBeNothing) {
  const StateError same = state_error(space, vector(0.0, 5.0), vector(0.0, 5.0));
  EXPECT_EQ(same.gradient, 0.0);
  EXPECT_EQ(same.parameters[0].second, 0.0);
  const StateError some = state_error(space, vector(1e-9, 5.0), vector(0.0, 5.0));
  EXPECT_TRUE(std::isinf(some.parameters[0].second));
  EXPECT_EQ(some.parameters[1].second, 0.0);
  EXPECT_GT(some.gradient, 0.0);
}

} // namespace
} // namespace nadir
