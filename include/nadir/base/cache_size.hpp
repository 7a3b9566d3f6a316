#pragma once

#include <cstdint>

namespace nadir {

/// Bytes of cache that a core has for itself where nobody tells.
inline constexpr std::int64_t usual_cache = 1 << 20;

/// Those of this machine: a core's second level and its share of the third, or a usual size where
/// they are not told.
std::int64_t cache_of_core();

} // namespace nadir
