#pragma once

#include "nadir/network/layer_pass.hpp"

#include "nadir/grid/grid.hpp"
#include "nadir/input/case.hpp"

namespace nadir {

/// How the passes of a chain go over this rank's points. Never changes a bit of a state.
struct PassPlan {
  Tiling forward, transpose;
  std::size_t samples = 1; ///< swept together
};

/// Whether StencilLayer sweeps the layers of a case, several in a pass.
bool swept_as_one(const Case& c);

/// Whether consecutive layers have the same coefficients and couple next neighbours alone, so that
/// they may be computed in one pass, or after one exchange of ghosts.
bool layers_may_go_together(const Case& c);

/// Samples that go together at most, as far as the case tells: more than one only where it says so
/// or where that changes no order of summation.
std::int64_t samples_per_pass(const Case& c, std::int64_t samples);

/// Layers a pass takes at most, as far as the case tells; a grid may be too small for them.
std::int64_t most_layers_per_pass(const Case& c);

/// Bytes of cache that a core of this machine has for itself: its second level and its share of the
/// third, or a usual size where they are not told.
std::int64_t cache_of_core();

/// From the case where it says so, else from the bytes of a core's cache, the smallest of all
/// ranks: as many layers per pass as keep what a tile needs of all of them in cache, where layers
/// share their coefficients. Layers and samples are the same on all ranks, tiles may differ.
/// Collective over `comm`, the grid's or one that holds it.
PassPlan plan_passes(const Grid& grid, const Case& c, std::int64_t samples, MPI_Comm comm,
                     std::int64_t cache_bytes = cache_of_core());
inline PassPlan plan_passes(const Grid& grid, const Case& c, std::int64_t samples) {
  return plan_passes(grid, c, samples, grid.comm());
}

} // namespace nadir
