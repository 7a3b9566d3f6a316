#include "nadir/network/tiling.hpp"

#include "nadir/base/check.hpp"
#include "nadir/input/schemes.hpp"
#include "nadir/kernel/kernel.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/network/kernel_operator.hpp"

#include <algorithm>
#include <fstream>
#include <istream>
#include <limits>
#include <string>

namespace nadir {
namespace {

/// More layers per pass gain little, but more edges.
constexpr std::int64_t most_layers = 8;
/// Points along receding axes for each layer of a pass: the edges stay a small part.
constexpr std::int64_t points_per_layer = 8;
/// Points a slab has at least, so that what surrounds its sweeps counts little.
constexpr std::int64_t slab_points = 2 * segment_points;
/// Thicker slabs would need narrower tiles.
constexpr std::int64_t most_slab = 4;
/// Samples that go together where that shares the reading of their coefficients.
constexpr std::int64_t most_samples = 8;

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

Shape shape_of(const Grid& grid) {
  const Extents& n = grid.owned().count;
  const auto a = static_cast<std::size_t>(grid.first_axis());
  if (grid.dimension() == 1) return {n[a], 1, 1};
  return {n[a], n[a + 1], grid.dimension() == 3 ? n[a + 2] : 1};
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
bool deep_enough(const Grid& grid, std::int64_t layers) {
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    if (grid.neighbour(axis, 0) || grid.neighbour(axis, 1))
      if (grid.owned().count[a] < points_per_layer * layers) return false;
  }
  return true;
}

Tiling choose(const Grid& grid, const Streams& streams, std::int64_t layers, std::int64_t cache) {
  const Shape shape = shape_of(grid);
  for (std::int64_t k = std::min(layers, most_layers); k > 1; --k) {
    const Tiling tiling = tiles_for(k, shape, streams, cache, 0);
    const bool wide = tiling.tile == 0 || tiling.tile >= narrowest(shape);
    if (wide && deep_enough(grid, k)) return tiling;
  }
  return uncut(shape);
}

/// Sharing coefficients by samples must not change the order of a sum: so only where every trained
/// field has its own layer.
bool samples_may_go_together(const Case& c) {
  bool by_layer = false;
  for (const auto p : all_parameters) {
    const ParameterCase& parameter = case_of(c, p);
    if (parameter.train && parameter.varies_space && !parameter.varies_layer) return false;
    by_layer = by_layer || (parameter.varies_space && parameter.varies_layer);
  }
  return by_layer;
}

/// Layers with the same coefficients that may follow each other.
std::int64_t layers_in_all(const Case& c) {
  return c.network.attractor ? std::numeric_limits<std::int64_t>::max() : c.network.layers;
}

/// A cache as Linux tells of it; all 0 where it does not.
struct ToldCache {
  std::int64_t bytes = 0, cores = 0; ///< how many cores share it
  std::int64_t of_one_core() const { return cores > 0 ? bytes / cores : 0; }
};

/// How many there are in a list such as "0-3,8,10-11".
std::int64_t count_of_list(std::istream& list) {
  std::int64_t count = 0, first = 0;
  while (list >> first) {
    std::int64_t last = first;
    if (list.peek() == '-') list.ignore() >> last;
    count += last - first + 1;
    if (list.peek() != ',') break;
    list.ignore();
  }
  return count;
}

ToldCache told_cache(int level) {
  const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(level);
  std::ifstream size(folder + "/size"), shared(folder + "/shared_cpu_list");
  std::int64_t kib = 0; // "2048K"
  if (!(size >> kib)) return {};
  return {1024 * kib, count_of_list(shared)};
}

std::int64_t smallest(MPI_Comm comm, std::int64_t value) {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_MIN, comm));
  return value;
}

} // namespace

bool swept_as_one(const Case& c) { return is_plain(c.network) && is_swept(c) && !is_galerkin(c); }

bool layers_may_go_together(const Case& c) {
  return swept_as_one(c) && kernel_radius(c.kernel) <= 1 &&
         std::ranges::none_of(all_parameters,
                              [&](Parameter p) { return case_of(c, p).varies_layer; });
}

std::int64_t cache_of_core() {
  constexpr std::int64_t usual = 1 << 20;
  const std::int64_t second = told_cache(2).of_one_core(), last = told_cache(3).of_one_core();
  return second + last > 0 ? second + last : usual;
}

std::int64_t samples_per_pass(const Case& c, std::int64_t samples) {
  const std::int64_t together = c.network.attractor          ? 1
                                : c.run.samples_per_pass > 0 ? c.run.samples_per_pass
                                : samples_may_go_together(c) ? most_samples
                                                             : 1;
  return std::clamp<std::int64_t>(samples, 1, together);
}

std::int64_t most_layers_per_pass(const Case& c) {
  if (!layers_may_go_together(c)) return 1;
  return std::min(layers_in_all(c),
                  c.run.layers_per_pass > 0 ? c.run.layers_per_pass : most_layers);
}

PassPlan plan_passes(const Grid& grid, const Case& c, std::int64_t samples, MPI_Comm comm,
                     std::int64_t cache_bytes) {
  const Shape shape = shape_of(grid);
  PassPlan plan{uncut(shape), uncut(shape), 1};
  plan.samples = static_cast<std::size_t>(samples_per_pass(c, samples));
  if (!layers_may_go_together(c)) return plan;

  Streams forward, transpose;
  forward.states = static_cast<std::int64_t>(plan.samples);
  for (const auto p : all_parameters) {
    const ParameterCase& parameter = case_of(c, p);
    if (!parameter.varies_space) continue;
    forward.fields += components_of(c, p);
    transpose.fields += components_of(c, p) * (parameter.train ? 2 : 1);
  }
  transpose.states = forward.states;
  transpose.fields += 4 * forward.states; // lambda and g, twice
  const std::int64_t layers = layers_in_all(c), wished = c.run.layers_per_pass;
  const std::int64_t cache = smallest(comm, cache_bytes) / 2;
  if (wished > 0) {
    plan.forward = tiles_for(std::min(layers, wished), shape, forward, cache, c.run.tile);
    plan.transpose = tiles_for(std::min(layers, wished), shape, transpose, cache, c.run.tile);
    return plan;
  }
  const auto agreed = [&](const Streams& streams) {
    const std::int64_t k = smallest(comm, choose(grid, streams, layers, cache).layers);
    return k > 1 ? tiles_for(k, shape, streams, cache, c.run.tile) : uncut(shape);
  };
  plan.forward = agreed(forward);
  plan.transpose = agreed(transpose);
  return plan;
}

} // namespace nadir
