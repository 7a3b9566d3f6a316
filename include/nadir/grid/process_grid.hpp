#pragma once

#include "nadir/base/box.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

/// How ranks cut a grid: arithmetic that needs no rank to be there.
namespace nadir {

/// Ranks per axis, slowest first; 1 on unused axes.
using ProcessGrid = std::array<int, max_dimension>;

/// The process grid for `ranks` ranks with the smallest halo surface, every rank owning at least
/// `width` points of each axis; nothing when there is none.
std::optional<ProcessGrid> choose_process_grid(const Extents& shape, int ranks, int width = 1);

/// The largest count of ranks, at most `ranks`, that choose_process_grid can place (at least 1).
int largest_usable_ranks(const Extents& shape, int ranks, int width = 1);

/// The largest box a rank gets, by axis.
Extents largest_box(const Extents& shape, const ProcessGrid& processes);

/// A shape of d axes as three extents, unused ones 1.
Extents three_extents(const std::vector<std::int64_t>& shape);

/// Points of a box; more than integers count do not overflow.
double points_in(const Extents& box);

} // namespace nadir
