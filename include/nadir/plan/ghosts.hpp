#pragma once

#include <cstdint>

namespace nadir {

/// Points of ghosts on every side of a box: of states, and of coefficients.
struct Ghosts {
  int states = 1, coefficients = 2;
};

/// Points that ghosts are wide where so many layers share an exchange (DeepHaloLayer).
inline int deep_ghosts(std::int64_t layers_per_exchange) {
  return static_cast<int>(2 * layers_per_exchange - 1);
}

/// Those of layers that share exchanges, `reach` where each has its own.
inline Ghosts ghosts_of(const Ghosts& reach, std::int64_t layers_per_exchange) {
  if (layers_per_exchange <= 1) return reach;
  return {deep_ghosts(layers_per_exchange), deep_ghosts(layers_per_exchange)};
}

} // namespace nadir
