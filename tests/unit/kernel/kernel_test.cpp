#include "nadir/kernel/kernel.hpp"

#include "nadir/base/error.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(Kernel, IsMadeByTheNameOfItsFamily) {
  KernelSpec kernel;
  EXPECT_EQ(make_kernel(kernel, 2, {1, 1, 1})->coefficients(), 4); // R, U_y, U_x, D
  kernel = KernelSpec{"moment"};
  EXPECT_EQ(make_kernel(kernel, 2, {1, 1, 1})->coefficients(), 13); // and 4 + 5 higher ones
  kernel = KernelSpec{"stencil"};
  kernel.set_option("radius", 2);
  EXPECT_EQ(make_kernel(kernel, 2, {1, 1, 1})->coefficients(), 25);
  EXPECT_EQ(make_kernel(kernel, 2, {1, 1, 1})->radius(), 2);
  EXPECT_THROW(KernelSpec{"no-such-family"}, InputError);
}

} // namespace
} // namespace nadir
