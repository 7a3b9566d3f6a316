#pragma once

#include "nadir/base/box.hpp"

#include <array>
#include <numeric>
#include <vector>

namespace nadir {

/// An order of differentiation per axis, slowest first; in d axes the first 3-d are 0.
using MultiIndex = std::array<int, max_dimension>;

inline int total_order(const MultiIndex& k) { return std::accumulate(k.begin(), k.end(), 0); }

/// All k of `dimension` axes with lowest <= |k| <= highest, by total order, then lexicographic.
std::vector<MultiIndex> multi_indices(int dimension, int lowest, int highest);

} // namespace nadir
