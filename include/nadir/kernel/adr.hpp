#pragma once

#include "nadir/kernel/kernel.hpp"

namespace nadir {

/// The adr family W = 1 + R - U.grad + D:grad grad in `dimension` axes, by central second-order
/// differences on the uniform grid (theory, section 4). Coefficients in the order R, U_a by axis, D
/// upper triangle by rows (yy, yx, xx). `spacing` per axis, slowest first, unused axes ignored.
std::unique_ptr<Kernel> make_adr_kernel(int dimension, DiffusionTensor tensor,
                                        const std::array<double, max_dimension>& spacing);

} // namespace nadir
