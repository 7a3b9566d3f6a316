#pragma once

#include "nadir/grid/process_grid.hpp"

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

/// Bytes a layer moves per point between memory and processor when it is swept alone: every stream
/// once, and what is written once more, because caches read it first; coefficient fields shared by
/// `samples` that go together.
struct ByteModel {
  double forward = 0.0; ///< z, z_next, coefficients
  double adjoint = 0.0; ///< z, lambda, lambda_next, coefficients and their gradients
};
/// Of a layer with so many coefficients that vary in space, some of which are trained.
ByteModel byte_model(std::int64_t fields, std::int64_t trained_fields, std::int64_t samples);

} // namespace nadir
