#pragma once

#include <cstddef>
#include <cstdint>

namespace nadir {

/// The last one, along which rows lie.
inline constexpr int x_axis = 2;

/// A place in an array, from one on the grid.
inline std::size_t uint(std::int64_t index) { return static_cast<std::size_t>(index); }

} // namespace nadir
