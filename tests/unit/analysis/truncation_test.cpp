#include "nadir/analysis/truncation.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace nadir {
namespace {

TEST(Truncation, HasALineForEachFamilyThatIsCutOff) {
  const auto text = [](const Case& c) {
    const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
    return truncation_text(grid, c.kernel, test::random_coefficients(grid, c, 0.0));
  };
  EXPECT_EQ(text(test::small_case({12}, {test::periodic})), "");
  Case gaussian = test::gaussian_case({12}, {test::periodic}, 2);
  gaussian.kernel["width"] = test::fixed({1.25}); // 2.5 points of distance 1 are two of it
  EXPECT_EQ(text(gaussian),
            "cut off at the kernel's radius: the widest gaussian leaves out 0.046 of its weight");
  const std::string both = text(test::sum_case({12}, {test::periodic}, 2));
  EXPECT_EQ(std::ranges::count(both, '\n'), 1) << both;
}

} // namespace
} // namespace nadir
