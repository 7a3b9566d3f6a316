#include "nadir/network/layer.hpp"

#include <algorithm>

namespace nadir {
namespace {

std::size_t place(int axis) { return static_cast<std::size_t>(axis); }

/// Cuts a box into `parts` along its first axis in use; some may be empty.
std::vector<Box> chunks(const Box& box, int first_axis, int parts) {
  const auto a = place(first_axis);
  std::vector<Box> result;
  for (int k = 0; k < parts; ++k) {
    const std::int64_t from = box.count[a] * k / parts, to = box.count[a] * (k + 1) / parts;
    Box part = box;
    part.start[a] += from;
    part.count[a] = to - from;
    result.push_back(part);
  }
  return result;
}

Box local_box(const Grid& grid) {
  Box box = grid.owned();
  box.start = {0, 0, 0};
  return box;
}

/// thickness(axis, side) for the axes in use, 0 for others.
template<class Choose> Thickness thickness_by(const Grid& grid, Choose choose) {
  Thickness thickness{};
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis) {
    for (int side = 0; side < 2; ++side) thickness[place(axis)][place(side)] = choose(axis, side);
  }
  return thickness;
}

/// Whether a mirror stands at this face: the ghosts beyond it are gathered and folded back.
bool mirrored(const Grid& grid, int axis, int side) {
  return grid.boundary(axis).kind == BoundaryKind::reflect && !grid.neighbour(axis, side);
}

Box with_mirrors(const Grid& grid) {
  Box box = local_box(grid);
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis) {
    box.start[place(axis)] -= mirrored(grid, axis, 0);
    box.count[place(axis)] += mirrored(grid, axis, 0) + mirrored(grid, axis, 1);
  }
  return box;
}

} // namespace

ShellSplit split_shell(const Box& box, const Thickness& thickness) {
  ShellSplit split{box, {}};
  for (std::size_t a = 0; a < thickness.size(); ++a) {
    Box& core = split.core;
    const std::int64_t low = std::min(thickness[a][0], core.count[a]);
    const std::int64_t high = std::min(thickness[a][1], core.count[a] - low);
    for (const auto& [start, count] :
         {std::pair{core.start[a], low}, std::pair{core.start[a] + core.count[a] - high, high}}) {
      Box side = core;
      side.start[a] = start;
      side.count[a] = count;
      if (side.points() > 0) split.shell.push_back(side);
    }
    core.start[a] += low;
    core.count[a] -= low + high;
  }
  return split;
}

Layer::Layer(const Grid& grid, const Kernel& kernel, ActivationKind activation)
    : layout_(grid, state_ghosts), first_axis_(grid.first_axis()), sweep_(kernel, activation),
      halo_(grid, layout_), owned_(local_box(grid)), mirrored_(with_mirrors(grid)),
      forward_split_(split_shell(owned_, thickness_by(grid, [](int, int) { return 1; }))),
      forward_chunks_(chunks(forward_split_.core, first_axis_, grid.dimension())),
      edge_split_(split_shell(
          owned_, thickness_by(grid,
                               [&](int axis, int side) {
                                 return halo_.any_remote() && grid.neighbour(axis, side) ? 1 : 0;
                               }))),
      gather_split_(split_shell(mirrored_, thickness_by(grid,
                                                        [&](int axis, int side) {
                                                          return mirrored(grid, axis, side) ? 2 : 1;
                                                        }))),
      mirrors_(split_shell(mirrored_, thickness_by(grid,
                                                   [&](int axis, int side) {
                                                     return mirrored(grid, axis, side) ? 1 : 0;
                                                   }))
                   .shell),
      g_(Layout(grid, coefficient_ghosts)), g_halo_(grid, g_.layout(), 1) {}

FieldView Layer::view(const double* state) const {
  return {state + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}};
}
MutableFieldView Layer::view(double* state) const {
  return {state + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}};
}

MutableFieldView Layer::g_view() {
  const Layout& wide = g_.layout();
  return {g_.data() + wide.index(0, 0, 0), {wide.stride_z, wide.stride_y}};
}

bool Layer::step(const LayerCoefficients& coefficients, double* z, double* z_next) {
  sweep_.set_coefficients(coefficients);
  const FieldView from = view(static_cast<const double*>(z));
  const MutableFieldView to = view(z_next);
  if (!halo_.any_remote()) {
    halo_.copy(z);
    return sweep_.forward(owned_, from, to);
  }
  bool finite = true;
  halo_.copy_begin(z);
  for (const Box& chunk : forward_chunks_) {
    finite &= sweep_.forward(chunk, from, to);
    halo_.advance();
  }
  for (const Box& side : forward_split_.shell) finite &= sweep_.forward(side, from, to);
  return finite;
}

void Layer::step_transpose(const LayerCoefficients& coefficients, const double* z,
                           const double* lambda_next, double* lambda, const LayerBar& bar) {
  sweep_.set_coefficients(coefficients);
  sweep_.set_gradient(bar);
  const auto adjoint = [&](const Box& box) {
    sweep_.adjoint(box, view(z), view(lambda_next), g_view(), view(lambda));
  };
  for (const Box& side : edge_split_.shell) adjoint(side);
  if (halo_.any_remote()) g_halo_.copy_begin(g_.data(), GhostValue::untouched);
  sweep_back(adjoint, lambda);
  if (halo_.any_remote())
    g_halo_.end();
  else
    g_halo_.copy(g_.data(), GhostValue::untouched);
  clear(lambda, mirrors_);
  for (const Box& side : gather_split_.shell) sweep_.add_transpose(side, g_view(), view(lambda));
  halo_.fold(lambda);
}

/// Slab by slab along the slowest axis, W^T g follows close behind g, while that is in cache.
template<class Adjoint> void Layer::sweep_back(Adjoint adjoint, double* lambda) {
  const auto a = place(first_axis_);
  Box slab = edge_split_.core, gathered = gather_split_.core;
  const std::int64_t end = slab.start[a] + slab.count[a];
  const std::int64_t gather_end = gathered.start[a] + gathered.count[a];
  if (slab.points() == 0) return; // a box so thin that the shell is all of it
  const std::int64_t plane = std::max<std::int64_t>(1, slab.points() / slab.count[a]);
  const std::int64_t thickness = std::max<std::int64_t>(1, segment_points / plane);
  const std::int64_t slabs = (slab.count[a] + thickness - 1) / thickness;
  const std::int64_t axes = max_dimension - first_axis_;
  for (std::int64_t k = 0; k < slabs; ++k) {
    slab.count[a] = std::min(thickness, end - slab.start[a]);
    adjoint(slab);
    slab.start[a] += slab.count[a];
    const std::int64_t ready = slab.start[a] == end ? gather_end : slab.start[a] - 1;
    gathered.count[a] = std::min(ready, gather_end) - gathered.start[a];
    if (gathered.count[a] > 0) {
      sweep_.add_transpose(gathered, g_view(), view(lambda));
      gathered.start[a] += gathered.count[a];
    }
    if ((k + 1) * axes / slabs != k * axes / slabs) g_halo_.advance();
  }
}

void Layer::clear(double* field, const std::vector<Box>& boxes) const {
  for (const Box& box : boxes) {
    for (std::int64_t z = box.start[0]; z < box.start[0] + box.count[0]; ++z) {
      for (std::int64_t y = box.start[1]; y < box.start[1] + box.count[1]; ++y)
        std::fill_n(field + layout_.index(z, y, box.start[2]), box.count[2], 0.0);
    }
  }
}

void Layer::apply(const LayerCoefficients& coefficients, double* z, double* Z, GhostValue beyond) {
  sweep_.set_coefficients(coefficients);
  halo_.copy(z, beyond);
  sweep_.apply(owned_, view(static_cast<const double*>(z)), view(Z));
}

void Layer::apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar,
                            double* z_bar) {
  sweep_.set_coefficients(coefficients);
  for (std::int64_t z = 0; z < owned_.count[0]; ++z) {
    for (std::int64_t y = 0; y < owned_.count[1]; ++y)
      std::copy_n(Z_bar + layout_.index(z, y, 0), owned_.count[2], &g_.at(z, y, 0));
  }
  g_halo_.copy(g_.data(), GhostValue::untouched);
  clear(z_bar, {mirrored_});
  sweep_.add_transpose(mirrored_, g_view(), view(z_bar));
  halo_.fold(z_bar);
}

} // namespace nadir
