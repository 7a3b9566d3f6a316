#include "nadir/kernel/kernel.hpp"

#include "nadir/base/error.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(Kernel, IsMadeByTheNameOfItsFamily) {
  KernelCase kernel;
  EXPECT_EQ(make_kernel(kernel, 2, {1, 1, 1})->coefficients(), 4); // R, U_y, U_x, D
  kernel.type = "no-such-family";
  EXPECT_THROW(make_kernel(kernel, 2, {1, 1, 1}), InputError);
}

} // namespace
} // namespace nadir
