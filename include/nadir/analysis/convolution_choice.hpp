#pragma once

#include "nadir/network/coefficients.hpp"

namespace nadir {

/// Seconds that a product with the kernel and one with its transpose take together, on the slowest
/// rank.
struct ConvolutionCosts {
  double stencil = 0, fft = 0;
};

/// Whether the case leaves it to us how its kernel is computed, and there is something to choose: a
/// gaussian or a power law that is the same at all points of a grid with periodic axes.
bool may_choose_convolution(const Case& c);

/// Measured with the coefficients of the first layer. Collective.
ConvolutionCosts measure_convolution(const Grid& grid, const Case& c,
                                     const Coefficients& coefficients);

} // namespace nadir
