#pragma once

#include "nadir/kernel/kernel.hpp"

#include <memory>
#include <vector>

namespace nadir {

/// W = sum of the W's of several families, whose coefficients follow one another.
std::unique_ptr<Kernel> make_sum_kernel(std::vector<std::unique_ptr<Kernel>> parts);

} // namespace nadir
