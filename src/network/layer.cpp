#include "nadir/network/layer.hpp"

#include <algorithm>

namespace nadir {
namespace {

/// Cuts a box into `parts` along its first axis in use; some may be empty.
std::vector<Box> chunks(const Box& box, int first_axis, int parts) {
  const auto a = static_cast<std::size_t>(first_axis);
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

Box local_box(const Grid& grid, int extension) {
  Box box = grid.owned();
  for (int axis = 0; axis < max_dimension; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    const int extra = axis >= grid.first_axis() ? extension : 0;
    box.start[a] = -extra;
    box.count[a] += 2 * extra;
  }
  return box;
}

} // namespace

ShellSplit split_shell(const Box& box, int first_axis, int thickness) {
  ShellSplit split{box, {}};
  for (int axis = first_axis; axis < max_dimension; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    Box& core = split.core;
    const std::int64_t low = std::min<std::int64_t>(thickness, core.count[a]);
    const std::int64_t high = std::min<std::int64_t>(thickness, core.count[a] - low);
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
    : layout_(grid, state_ghosts), sweep_(kernel, activation), halo_(grid, layout_),
      owned_(local_box(grid, 0)), extended_(local_box(grid, state_ghosts)),
      forward_split_(split_shell(owned_, grid.first_axis(), state_ghosts)),
      transpose_split_(split_shell(extended_, grid.first_axis(), 2 * state_ghosts)),
      forward_chunks_(chunks(forward_split_.core, grid.first_axis(), grid.dimension())),
      transpose_chunks_(chunks(transpose_split_.core, grid.first_axis(), grid.dimension())),
      Z_bar_(Layout(grid, coefficient_ghosts)) {}

FieldView Layer::view(const double* state) const {
  return {state + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}};
}
MutableFieldView Layer::view(double* state) const {
  return {state + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}};
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
  const Layout& wide = Z_bar_.layout();
  const MutableFieldView g{Z_bar_.data() + wide.index(0, 0, 0), {wide.stride_z, wide.stride_y}};
  sweep_.set_coefficients(coefficients);
  sweep_.begin_gradient(bar);
  sweep_.adjoint(owned_, view(z), view(lambda_next), g);
  sweep_.end_gradient();
  gather_transpose(lambda);
  sweep_.add_direct(owned_, view(lambda_next), view(lambda));
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
    for (std::int64_t y = 0; y < owned_.count[1]; ++y) {
      std::copy_n(Z_bar + layout_.index(z, y, 0), owned_.count[2], &Z_bar_.at(z, y, 0));
    }
  }
  gather_transpose(z_bar);
}

/// z_bar = W^T Z_bar_: every rank gathers what its own Z_bar gives, on its ghosts too, and the halo
/// sum takes the ghosts' part to their owners.
void Layer::gather_transpose(double* z_bar) {
  const Layout& wide = Z_bar_.layout();
  const FieldView g{Z_bar_.data() + wide.index(0, 0, 0), {wide.stride_z, wide.stride_y}};
  const MutableFieldView to = view(z_bar);
  if (!halo_.any_remote()) {
    sweep_.transpose(extended_, g, to);
    halo_.sum(z_bar);
    return;
  }
  for (const Box& side : transpose_split_.shell) sweep_.transpose(side, g, to);
  halo_.sum_begin(z_bar);
  for (const Box& chunk : transpose_chunks_) {
    sweep_.transpose(chunk, g, to);
    halo_.advance();
  }
}

} // namespace nadir
