#pragma once

#include "nadir/grid/grid.hpp"
#include "nadir/plan/passes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace nadir {

/// Points per axis and side (low, high).
using Thickness = std::array<std::array<std::int64_t, 2>, max_dimension>;

/// Calls use(part) for boxes that cover the outer shell of a box without overlap; returns what is
/// left, its core.
template<class Use> Box for_shell(Box core, const Thickness& thickness, Use use) {
  for (std::size_t a = 0; a < thickness.size(); ++a) {
    const std::int64_t low = std::min(thickness[a][0], core.count[a]);
    const std::int64_t high = std::min(thickness[a][1], core.count[a] - low);
    const auto part = [&](std::int64_t start, std::int64_t count) {
      Box side = core;
      side.start[a] = start;
      side.count[a] = count;
      if (side.points() > 0) use(side);
    };
    part(core.start[a], low);
    part(core.start[a] + core.count[a] - high, high);
    core.start[a] += low;
    core.count[a] -= low + high;
  }
  return core;
}

/// In which order a pass computes several layers on this rank's box, each from the one before and
/// its neighbours at distance `radius`.
///
/// Tiles are skewed: what step k computes of a tile lies k points lower than the tile, so that all
/// it needs of step k - 1 is there. Along axes whose ghosts come from elsewhere (other ranks, or
/// the far end of a periodic axis that is cut) step k keeps k points away from the faces; these
/// edges follow step by step, when the ghosts are there. Every point is computed once, whatever the
/// tiling. A state may be overwritten two steps later in place, at its own points.
///
/// Where the radius is more than 1, everything is an edge: ghosts first, then all points at once.
///
/// Source: time skewing, D. Wonnacott, IPDPS 2000; T. Malas et al., SIAM J. Sci. Comput. 37, 2015.
class LayerPass {
 public:
  /// `tiling` of one layer where the radius is more than 1.
  LayerPass(const Grid& grid, const Tiling& tiling, int radius = 1);

  std::int64_t layers() const { return tiling_.layers; }
  /// All of this rank's points, in local indices.
  const Box& owned() const { return owned_; }
  /// Whether the ghosts of this axis are exchanged step by step.
  bool exchanged(int axis) const { return exchanged_[static_cast<std::size_t>(axis)]; }
  bool any_exchanged() const { return exchanged_[0] || exchanged_[1] || exchanged_[2]; }

  /// What tiles compute of step k.
  const Box& region(std::int64_t k) const { return regions_[static_cast<std::size_t>(k)]; }
  /// Calls use(part) for the rest.
  template<class Use> void for_edges(std::int64_t k, Use use) const {
    for_shell(owned_, thickness(k), use);
  }

  /// Calls use(k, tile, at) for k = 1..steps, slab by slab, tile by tile; part(k, ...) below tells
  /// the points. done(so far, of all) follows each slab.
  template<class Use, class Done> void for_slabs(std::int64_t steps, Use use, Done done) const {
    for (Position p; p.tile < tiles_; ++p.tile) {
      for (p.slab = 0; p.slab < slabs_; ++p.slab) {
        for (std::int64_t k = 1; k <= steps; ++k) use(k, p);
        done(p.tile * slabs_ + p.slab + 1, tiles_ * slabs_);
      }
    }
  }
  struct Position {
    std::int64_t tile = 0, slab = 0;
  };
  /// The part of `box` that belongs to a slab of a tile moved down by `shift` points.
  Box part(const Box& box, const Position& position, std::int64_t shift) const;

 private:
  Thickness thickness(std::int64_t k) const;

  Tiling tiling_;
  Box owned_;
  std::size_t slab_axis_, tile_axis_;
  std::int64_t slabs_, tiles_;
  std::array<bool, max_dimension> exchanged_{};
  Thickness receding_{}; ///< 1 at faces the steps keep away from
  std::vector<Box> regions_;
};

} // namespace nadir
