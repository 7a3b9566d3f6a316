#pragma once

#include "nadir/network/coefficients.hpp"

#include <string>
#include <vector>

namespace nadir {

/// "implicit-euler, radial normalisation with alpha = 2": what layers are, beside their kernel.
std::string layers_text(const NetworkSpec& network);

/// Range and mean of one component of a parameter over points and layers.
struct Range {
  double minimum = 0.0, maximum = 0.0, mean = 0.0;
};

/// Collective.
Range range_of(const Space& space, const ParameterValues& values, std::int64_t component);

/// One line per component, "U_x   -0.31 .. 0.52, mean 0.07, trained", for a reader. `described`
/// are the same parameters as they vary in the case. Collective.
std::string parameter_table(const Space& space, const ParameterSet& described,
                            const Coefficients& coefficients);

} // namespace nadir
