#pragma once

#include "nadir/grid/grid.hpp"

#include <cstdint>

namespace nadir {

// Of a cluster of today, roughly (docs/scaling.md): what is compared are ways to cut the same work.
inline constexpr double seconds_per_point = 1.0 / 100e6; ///< of a layer and its transpose
inline constexpr double latency = 2e-6;                  ///< of a message, packing included
inline constexpr double bytes_per_second = 5e9;          ///< between two ranks

/// What a choice must gain at least: the model is not more accurate.
inline constexpr double worthwhile = 0.95;

/// Seconds of a layer and its transpose on `box` of a grid cut by `processes`, its points and the
/// ghosts they wait for, where so many layers share an exchange (DeepHaloLayer): the mean of them.
double layer_seconds(const Extents& box, const ProcessGrid& processes,
                     std::int64_t layers_per_exchange);

} // namespace nadir
