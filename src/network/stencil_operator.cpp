#include "nadir/network/stencil_operator.hpp"

#include <algorithm>

namespace nadir {
namespace {

/// Ghosts beyond mirrors: they are gathered and folded back.
Thickness mirrors(const Grid& grid, int radius) {
  Thickness mirrored{};
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis) {
    for (int side = 0; side < 2; ++side) {
      if (grid.boundary(axis).kind == BoundaryKind::reflect && !grid.neighbour(axis, side))
        mirrored[static_cast<std::size_t>(axis)][static_cast<std::size_t>(side)] = radius;
    }
  }
  return mirrored;
}

void clear(const Layout& layout, const Box& box, double* field) {
  for (std::int64_t z = box.start[0]; z < box.start[0] + box.count[0]; ++z) {
    for (std::int64_t y = box.start[1]; y < box.start[1] + box.count[1]; ++y)
      std::fill_n(field + layout.index(z, y, box.start[2]), box.count[2], 0.0);
  }
}

} // namespace

StencilOperator::StencilOperator(const Grid& grid, std::unique_ptr<Kernel> kernel,
                                 Activation activation, std::size_t samples, int ghosts)
    : kernel_(std::move(kernel)), radius_(kernel_->radius()),
      layout_(grid, std::max(radius_, ghosts)),
      wide_(grid, std::max(2 * radius_, ghosts)), owned_{grid.dimension(),
                                                         {0, 0, 0},
                                                         layout_.count},
      mirrored_(mirrors(grid, radius_)), sweep_(*kernel_, activation),
      halo_(grid, layout_, radius_, samples), wide_halo_(grid, wide_, radius_, samples) {}

void StencilOperator::apply(double* z, double* Z, GhostValue beyond) {
  halo_.copy(z, beyond);
  sweep_.apply(owned_, view(static_cast<const double*>(z)), view(Z));
}

void StencilOperator::apply_transpose(const double* Z_bar, double* z_bar) {
  clear(layout_, owned_, z_bar);
  add_transpose(Z_bar, z_bar);
}

void StencilOperator::add_transpose(const double* Z_bar, double* z_bar) {
  if (!Z_bar_) Z_bar_.emplace(wide_);
  double* g = Z_bar_->data();
  for (std::int64_t z = 0; z < owned_.count[0]; ++z) {
    for (std::int64_t y = 0; y < owned_.count[1]; ++y)
      std::copy_n(Z_bar + layout_.index(z, y, 0), owned_.count[2], g + wide_.index(z, y, 0));
  }
  wide_halo_.copy(g, GhostValue::untouched);
  gather(owned_, g, z_bar);
}

void StencilOperator::add_gradient(const double* z, const double* Z_bar, const LayerGradient& bar) {
  sweep_.set_gradient(bar);
  sweep_.add_gradient(owned_, view(z), view(Z_bar));
}

void StencilOperator::gather(const Box& box, const double* g, double* lambda) {
  Box wide = box;
  Thickness beyond{};
  for (std::size_t a = 0; a < beyond.size(); ++a) {
    if (box.start[a] == 0) beyond[a][0] = mirrored_[a][0];
    if (box.start[a] + box.count[a] == layout_.count[a]) beyond[a][1] = mirrored_[a][1];
    wide.start[a] -= beyond[a][0];
    wide.count[a] += beyond[a][0] + beyond[a][1];
  }
  for_shell(wide, beyond, [&](const Box& ghosts) { clear(layout_, ghosts, lambda); });
  sweep_.add_transpose(wide, wide_view(g), view(lambda));
  halo_.fold(lambda, box);
}

} // namespace nadir
