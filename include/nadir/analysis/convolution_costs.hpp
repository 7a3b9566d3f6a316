#pragma once

#include "nadir/network/coefficients.hpp"
#include "nadir/plan/convolution.hpp"

namespace nadir {

/// Measured with the coefficients of the first layer. Collective.
ConvolutionCosts measure_convolution(const Grid& grid, const ModelSpec& c,
                                     const Coefficients& coefficients);

} // namespace nadir
