#include "nadir/network/layer_pass.hpp"

namespace nadir {
namespace {

std::size_t place(int axis) { return static_cast<std::size_t>(axis); }

std::int64_t pieces(std::int64_t count, std::int64_t size) {
  return size > 0 ? std::max<std::int64_t>(1, count / size) : 1;
}

/// Cuts [start, start + count) to the part of piece k of n, each `size` points (the first and the
/// last reach beyond), moved down by `shift`.
void cut(std::int64_t& start, std::int64_t& count, std::int64_t k, std::int64_t n,
         std::int64_t size, std::int64_t shift) {
  std::int64_t from = start, to = start + count;
  if (k > 0) from = std::max(from, k * size - shift);
  if (k < n - 1) to = std::min(to, (k + 1) * size - shift);
  start = from;
  count = std::max<std::int64_t>(0, to - from);
}

} // namespace

LayerPass::LayerPass(const Grid& grid, const Tiling& tiling, int radius)
    : tiling_(tiling), owned_(grid.owned()), slab_axis_(place(grid.first_axis())),
      tile_axis_(std::min(slab_axis_ + 1, place(max_dimension - 1))) {
  owned_.start = {0, 0, 0};
  if (tile_axis_ == slab_axis_) tiling_.tile = 0;
  slabs_ = pieces(owned_.count[slab_axis_], tiling_.slab);
  tiles_ = pieces(owned_.count[tile_axis_], tiling_.tile);
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis) {
    const auto a = place(axis);
    const bool remote = grid.process_grid()[a] > 1;
    const bool is_cut = (a == slab_axis_ && slabs_ > 1) || (a == tile_axis_ && tiles_ > 1);
    const bool wraps = grid.boundary(axis).kind == BoundaryKind::periodic && is_cut;
    const bool wide = radius > 1;
    exchanged_[a] = remote || wraps || wide;
    for (int side = 0; side < 2; ++side)
      receding_[a][place(side)] = wide                                          ? owned_.count[a]
                                  : exchanged_[a] && grid.neighbour(axis, side) ? 1
                                                                                : 0;
  }
  for (std::int64_t k = 0; k <= tiling_.layers; ++k)
    regions_.push_back(for_shell(owned_, thickness(k), [](const Box&) {}));
}

Thickness LayerPass::thickness(std::int64_t k) const {
  Thickness thickness = receding_;
  for (auto& sides : thickness)
    for (auto& side : sides) side *= k;
  return thickness;
}

Box LayerPass::part(const Box& box, const Position& position, std::int64_t shift) const {
  Box result = box;
  const auto a = slab_axis_, b = tile_axis_;
  cut(result.start[a], result.count[a], position.slab, slabs_, tiling_.slab, shift);
  if (tiles_ > 1) cut(result.start[b], result.count[b], position.tile, tiles_, tiling_.tile, shift);
  return result;
}

} // namespace nadir
