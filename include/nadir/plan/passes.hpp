#pragma once

#include "nadir/base/box.hpp"
#include "nadir/base/cache_size.hpp"
#include "nadir/grid/process_grid.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace nadir {

/// How many layers a pass takes and how it is cut: `slab` points of the slowest axis, `tile` points
/// of the next one, so that what a tile needs of all layers stays in cache.
struct Tiling {
  std::int64_t layers = 1;
  std::int64_t slab = 1;
  std::int64_t tile = 0; ///< 0: not cut
};

/// How layers are computed on a machine, whatever box a rank has. Never changes a bit of a state,
/// but for Fourier transforms, which agree to rounding.
struct LayerPlan {
  std::int64_t layers_per_exchange = 1;
  bool by_fft = false;                        ///< the kernel; else it is swept
  std::int64_t layers_per_pass = 0, tile = 0; ///< 0: as many as fit the cache
  std::int64_t cache_bytes = usual_cache;     ///< of a core, the smallest of all ranks
};

/// How the passes of a network go over this rank's points.
struct PassPlan {
  Tiling forward, transpose;
  std::size_t samples = 1; ///< swept together
  std::int64_t layers_per_exchange = 1;
  bool by_fft = false;
};

/// What is known of layers that may be computed in one pass.
struct PassWork {
  bool together = false;   ///< they share their coefficients and couple next neighbours alone
  std::int64_t layers = 1; ///< of them in all
  std::int64_t fields = 0; ///< coefficients that vary in space,
  std::int64_t trained_fields = 0; ///< and of them those with gradients
};

/// The grid that a rank's box is cut from.
struct CutGrid {
  int dimension = 1;
  Extents shape{1, 1, 1};
  ProcessGrid processes{1, 1, 1};
  std::array<bool, max_dimension> periodic{};
};

/// More layers per pass gain little, but more edges.
inline constexpr std::int64_t most_layers_per_pass = 8;

/// As the plan of the layers says, or as many layers per pass as keep what a tile needs of all of
/// them in cache, with so many samples together. Layers are the same on all ranks of the grid,
/// tiles are those of the box `owned`.
PassPlan plan_passes(const PassWork& work, const CutGrid& grid, const Extents& owned,
                     std::int64_t samples, const LayerPlan& how);

} // namespace nadir
