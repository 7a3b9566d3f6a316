#pragma once

#include <cstddef>
#include <cstdint>

namespace nadir {

/// A place in an array, from one on the grid.
inline std::size_t uint(std::int64_t index) { return static_cast<std::size_t>(index); }

} // namespace nadir
