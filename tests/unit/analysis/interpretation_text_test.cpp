#include "nadir/analysis/interpretation.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(InterpretationText, ProcessesAndCoefficientsHaveTheirNames) {
  const std::vector<std::string> axes{"y", "x"};
  EXPECT_EQ(coefficient_name({0, 0}, axes), "R");
  EXPECT_EQ(coefficient_name({0, 1}, axes), "U_x");
  EXPECT_EQ(coefficient_name({1, 1}, axes), "D_yx");
  EXPECT_EQ(coefficient_name({1, 3}, axes), "W_yxxx/6");
  EXPECT_EQ(process_name(3), "dispersion");
  EXPECT_EQ(process_name(4), "hyper-diffusion");
  EXPECT_EQ(process_name(5), "generalised propagation");
  EXPECT_EQ(process_name(6), "generalised diffusion");
}

} // namespace
} // namespace nadir
