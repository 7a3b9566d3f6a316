#pragma once

#include "nadir/network/coefficients.hpp"

#include <string>

/// What cutting a kernel off at its radius leaves out.
namespace nadir {

/// A line for each term that is cut off, for the widest of these coefficients; empty
/// where there is none. Collective.
std::string truncation_text(const Grid& grid, const KernelSpec& kernel,
                            const Coefficients& coefficients);

} // namespace nadir
