#pragma once

#include "nadir/data/data_checksum.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/training/training_spec.hpp"

#include <cstdint>
#include <vector>

namespace nadir {

/// The coefficients a case starts from: numbers per component, or files (each rank its box).
/// Collective. Throws InputError, the same on all ranks, where a file does not fit or an initial
/// value lies outside the parameter's bounds. The datasets that were read are added to `read`.
/// Ghosts are as wide as so many layers between exchanges need.
Coefficients initial_coefficients(const Grid& grid, const ProblemSpec& c,
                                  std::vector<DataRead>* read = nullptr,
                                  std::int64_t layers_per_exchange = 1);

} // namespace nadir
