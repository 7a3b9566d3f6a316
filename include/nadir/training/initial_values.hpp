#pragma once

#include "nadir/network/coefficients.hpp"

namespace nadir {

/// The coefficients a case starts from: numbers per component, or files (each rank its box).
/// Collective. Throws InputError, the same on all ranks, where a file does not fit or an initial
/// value lies outside the parameter's bounds.
Coefficients initial_coefficients(const Grid& grid, const Case& c);

} // namespace nadir
