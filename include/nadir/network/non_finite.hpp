#pragma once

#include "nadir/grid/grid.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nadir {

/// A value of a state that is not finite.
struct NonFinite {
  std::int64_t layer = 0; ///< of the state z_layer, 1..n
  std::int64_t point = 0; ///< global index, C order
};

/// Throws NumericsError on all ranks, naming the first place of all ranks (by sample, layer,
/// point), when some rank gives one; "the state is not finite: sample 0, layer 7, point (y, x) =
/// (3, 12)". Collective.
void throw_if_not_finite(const Grid& grid, std::int64_t sample,
                         const std::optional<NonFinite>& mine);

} // namespace nadir
