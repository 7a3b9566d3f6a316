#include "nadir/plan/passes.hpp"

#include <algorithm>

namespace nadir {
namespace {

/// Points along receding axes for each layer of a pass: the edges stay a small part.
constexpr std::int64_t points_per_layer = 8;
/// Points a slab has at least, so that what surrounds its sweeps counts little: two segments.
constexpr std::int64_t slab_points = 1024;
/// Thicker slabs would need narrower tiles.
constexpr std::int64_t most_slab = 4;

/// Doubles a pass touches per point of its cross section: fields in `coefficients` and `work` for
/// every layer's place, states for every layer.
struct Streams {
  std::int64_t fields = 0, states = 1;

  std::int64_t bytes(const Tiling& tiling, std::int64_t cross_section) const {
    const std::int64_t rows = tiling.layers + tiling.slab + 1;
    const std::int64_t state_rows = (tiling.layers + 1) * (tiling.slab + 2);
    return 8 * cross_section * (rows * fields + state_rows * states);
  }
};

struct Shape {
  std::int64_t slabs, tiles, rest; ///< points along the slab axis, the tile axis, across both
};

Shape shape_of(const Extents& n, int dimension) {
  const auto a = static_cast<std::size_t>(max_dimension - dimension);
  if (dimension == 1) return {n[a], 1, 1};
  return {n[a], n[a + 1], dimension == 3 ? n[a + 2] : 1};
}

Tiling uncut(const Shape& shape) {
  return {1, std::max<std::int64_t>(1, slab_points / (shape.tiles * shape.rest)), 0};
}

/// `layers` per pass in tiles that fit `cache`, or as wide as the case says.
Tiling tiles_for(std::int64_t layers, const Shape& shape, const Streams& streams,
                 std::int64_t cache, std::int64_t tile) {
  Tiling tiling = uncut(shape);
  tiling.layers = layers;
  if (tile == 0) tile = std::max<std::int64_t>(1, cache / streams.bytes(tiling, shape.rest));
  if (tile < shape.tiles) {
    tiling.tile = tile;
    tiling.slab = std::clamp<std::int64_t>(slab_points / (tile * shape.rest), 1, most_slab);
  }
  return tiling;
}

/// The narrowest tile that is worth it: whole vectors, several rows.
std::int64_t narrowest(const Shape& shape) {
  return std::min<std::int64_t>(shape.tiles, shape.rest > 1 ? 8 : 256);
}

/// Whether so many layers leave more to the tiles than to the edges.
bool deep_enough(const CutGrid& grid, const Extents& box, std::int64_t layers) {
  for (auto a = static_cast<std::size_t>(max_dimension - grid.dimension); a < box.size(); ++a) {
    const bool recedes = grid.periodic[a] || grid.processes[a] > 1;
    if (recedes && box[a] < points_per_layer * layers) return false;
  }
  return true;
}

/// The most layers, down to one, that a box takes.
std::int64_t layers_for(const CutGrid& grid, const Extents& box, const Streams& streams,
                        std::int64_t layers, std::int64_t cache) {
  const Shape shape = shape_of(box, grid.dimension);
  for (std::int64_t k = std::min(layers, most_layers_per_pass); k > 1; --k) {
    const Tiling tiling = tiles_for(k, shape, streams, cache, 0);
    const bool wide = tiling.tile == 0 || tiling.tile >= narrowest(shape);
    if (wide && deep_enough(grid, box, k)) return k;
  }
  return 1;
}

/// What the boxes of all ranks take: along each axis they have as many points or one more.
std::int64_t layers_for_all(const CutGrid& grid, const Streams& streams, std::int64_t layers,
                            std::int64_t cache) {
  constexpr unsigned kinds_of_box = 1U << max_dimension;
  std::int64_t fewest = layers;
  for (unsigned kind = 0; kind < kinds_of_box; ++kind) {
    Extents box{};
    for (std::size_t a = 0; a < box.size(); ++a) {
      const std::int64_t n = grid.shape[a], p = grid.processes[a];
      box[a] = n / p + ((kind >> a & 1U) != 0 && n % p != 0 ? 1 : 0);
    }
    fewest = std::min(fewest, layers_for(grid, box, streams, layers, cache));
  }
  return fewest;
}

} // namespace

PassPlan plan_passes(const PassWork& work, const CutGrid& grid, const Extents& owned,
                     std::int64_t samples, const LayerPlan& how) {
  const Shape shape = shape_of(owned, grid.dimension);
  PassPlan plan{uncut(shape), uncut(shape), static_cast<std::size_t>(samples),
                how.layers_per_exchange, how.by_fft};
  if (!work.together) return plan;

  const Streams forward{work.fields, samples};
  // lambda and g, twice
  const Streams transpose{work.fields + work.trained_fields + 4 * samples, samples};
  const std::int64_t cache = how.cache_bytes / 2;
  const auto tiled = [&](const Streams& streams) {
    const std::int64_t layers = how.layers_per_pass > 0
                                    ? std::min(work.layers, how.layers_per_pass)
                                    : layers_for_all(grid, streams, work.layers, cache);
    if (how.layers_per_pass == 0 && layers == 1) return uncut(shape);
    return tiles_for(layers, shape, streams, cache, how.tile);
  };
  plan.forward = tiled(forward);
  plan.transpose = tiled(transpose);
  return plan;
}

} // namespace nadir
