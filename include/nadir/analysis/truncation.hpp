#pragma once

#include "nadir/network/coefficients.hpp"

#include <array>
#include <string>

/// What cutting a kernel off at its radius leaves out.
namespace nadir {

/// The share of a Gaussian's weight that lies beyond `reach` (a length, by axis, slowest first,
/// unused axes 0) along some axis.
double gaussian_beyond(const std::array<double, max_dimension>& reach, double sigma);

/// The share of (1 + r^2/l^2)^(-s/2) in d dimensions that lies beyond the distance `reach`; s > d.
double power_law_beyond(double reach, int dimension, double length, double exponent);

/// A line for each family of the case that is cut off, for the widest of these coefficients; empty
/// where there is none. Collective.
std::string truncation_text(const Grid& grid, const ModelSpec& c, const Coefficients& coefficients);

} // namespace nadir
