#include "nadir/grid/grid_spec.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(GridSpec, AxesAreNamedSlowestFirst) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(axis_names(1), Names{"x"});
  EXPECT_EQ(axis_names(2), (Names{"y", "x"}));
  EXPECT_EQ(axis_names(3), (Names{"z", "y", "x"}));
}

} // namespace
} // namespace nadir
