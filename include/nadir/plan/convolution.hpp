#pragma once

namespace nadir {

/// How kernels that are the same at all points of a closed grid are computed.
enum class Convolution {
  automatic, ///< as measured at the start; sweeps where nobody has measured
  stencil,
  fft
};

/// Seconds that a product with the kernel and one with its transpose take together, on the slowest
/// rank.
struct ConvolutionCosts {
  double stencil = 0, fft = 0;
};

} // namespace nadir
