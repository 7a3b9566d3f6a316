#include "nadir/network/layer.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

std::size_t place(std::int64_t index) { return static_cast<std::size_t>(index); }

/// Ghosts beyond mirrors: they are gathered and folded back.
Thickness mirrors(const Grid& grid, int radius) {
  Thickness mirrored{};
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis) {
    for (int side = 0; side < 2; ++side) {
      if (grid.boundary(axis).kind == BoundaryKind::reflect && !grid.neighbour(axis, side))
        mirrored[place(axis)][place(side)] = radius;
    }
  }
  return mirrored;
}

Axes exchanged(const LayerPass& pass) {
  return {pass.exchanged(0), pass.exchanged(1), pass.exchanged(2)};
}

/// After slab `done` of `all`: moves the exchange on at each third of the way, for its three axes.
void advance(Halo& halo, std::int64_t done, std::int64_t all) {
  if (done * max_dimension / all != (done - 1) * max_dimension / all) halo.advance();
}

void clear(const Layout& layout, const Box& box, double* field) {
  for (std::int64_t z = box.start[0]; z < box.start[0] + box.count[0]; ++z) {
    for (std::int64_t y = box.start[1]; y < box.start[1] + box.count[1]; ++y)
      std::fill_n(field + layout.index(z, y, box.start[2]), box.count[2], 0.0);
  }
}

} // namespace

Layer::Layer(const Grid& grid, const Kernel& kernel, ActivationKind activation,
             const Tiling& forward, const Tiling& transpose, std::size_t samples)
    : grid_(grid), radius_(kernel.radius()), layout_(grid, radius_), wide_(grid, 2 * radius_),
      samples_(samples), forward_(grid, forward, radius_), back_(grid, transpose, radius_),
      owned_(forward_.owned()), mirrored_(mirrors(grid, radius_)), sweep_(kernel, activation),
      halo_(grid, layout_, 0, samples), g_halo_(grid, wide_, radius_, samples), problems_(samples) {
}

void Layer::prepare(double* z) const { fill_beside(halo_, z, owned_, GhostValue::given); }

/// Ghosts wider than 1 are all exchanged, even with oneself.
void Layer::fill_beside(const Halo& halo, double* field, const Box& box, GhostValue beyond) const {
  if (radius_ == 1) halo.fill_beside(field, box, beyond);
}

FieldView Layer::view(const double* state) const {
  return {state + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}};
}
MutableFieldView Layer::view(double* state) const {
  return {state + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}};
}
FieldView Layer::wide_view(const double* field) const {
  return {field + wide_.index(0, 0, 0), {wide_.stride_z, wide_.stride_y}};
}
MutableFieldView Layer::wide_view(double* field) const {
  return {field + wide_.index(0, 0, 0), {wide_.stride_z, wide_.stride_y}};
}

void Layer::steps(const LayerCoefficients& coefficients, const StateTable& z) {
  sweep_.set_coefficients(coefficients);
  std::ranges::fill(problems_, std::nullopt);
  const Axes axes = exchanged(forward_);
  halo_.copy_begin(z.layer(0), GhostValue::given, axes);
  forward_.for_slabs(
      z.steps(),
      [&](std::int64_t k, const LayerPass::Position& at) {
        compute(z, k, forward_.part(forward_.region(k), at, k));
      },
      [&](std::int64_t done, std::int64_t all) { advance(halo_, done, all); });
  halo_.end();
  for (std::int64_t k = 1; forward_.any_exchanged() && k <= z.steps(); ++k) {
    if (k > 1) {
      halo_.copy_begin(z.layer(k - 1), GhostValue::given, axes);
      halo_.end();
    }
    forward_.for_edges(k, [&](const Box& edge) { compute(z, k, edge); });
  }
}

/// Step k on a box whose neighbours are there.
void Layer::compute(const StateTable& z, std::int64_t k, const Box& box) {
  if (box.points() == 0) return;
  const auto from = z.layer(k - 1), to = z.layer(k);
  for (std::size_t s = 0; s < from.size(); ++s) {
    const double* z_s = from[s];
    if (!sweep_.forward(box, view(z_s), view(to[s]))) note_problem(s, k, to[s], box);
    fill_beside(halo_, to[s], box, GhostValue::given);
  }
}

void Layer::note_problem(std::size_t sample, std::int64_t k, const double* z, const Box& box) {
  std::optional<NonFinite>& first = problems_[sample];
  for (std::int64_t p = 0; p < box.points(); ++p) {
    const std::int64_t i = box.start[2] + p % box.count[2];
    const std::int64_t j = box.start[1] + p / box.count[2] % box.count[1];
    const std::int64_t n = box.start[0] + p / box.count[2] / box.count[1];
    if (std::isfinite(z[layout_.index(n, j, i)])) continue;
    const std::int64_t point = grid_.global_index(n, j, i);
    if (!first || std::pair(k, point) < std::pair(first->layer, first->point)) first = {k, point};
  }
}

void Layer::make_g() {
  if (!g_fields_.empty()) return;
  const std::size_t count = (back_.layers() > 1 ? 2 : 1) * samples_;
  g_fields_.assign(count, Field(wide_)); // zero beyond boundaries, for good
  for (auto& field : g_fields_) g_.push_back(field.data());
}

/// g of step k, by sample.
std::span<double* const> Layer::g(std::int64_t k) const {
  const std::size_t turn = place(k) % (g_.size() / samples_);
  return std::span(g_).subspan(turn * samples_, samples_);
}

void Layer::steps_transpose(const LayerCoefficients& coefficients, const StateTable& z,
                            const std::array<std::span<double* const>, 2>& lambda,
                            const LayerBar& bar) {
  make_g();
  sweep_.set_coefficients(coefficients);
  sweep_.set_gradient(bar);
  const std::int64_t steps = z.steps();
  const std::size_t samples = z.layer(0).size();
  const Axes axes = exchanged(back_);
  const auto adjoint = [&](std::int64_t k, const Box& box) {
    const auto z_from = z.layer(steps - k), z_to = z.layer(steps - k + 1);
    for (std::size_t s = 0; s < samples && box.points() > 0; ++s) {
      const double *from = z_from[s], *to = z_to[s], *lambda_next = lambda[place(k - 1) % 2][s];
      sweep_.adjoint(box, view(from), view(to), view(lambda_next), wide_view(g(k)[s]),
                     view(lambda[place(k) % 2][s]));
      fill_beside(g_halo_, g(k)[s], box, GhostValue::untouched);
    }
  };
  const auto gather_all = [&](std::int64_t k, const Box& box) {
    for (std::size_t s = 0; s < samples && box.points() > 0; ++s)
      gather(box, g(k)[s], lambda[place(k) % 2][s]);
  };
  const auto begin = [&](std::int64_t k) {
    g_halo_.copy_begin(g(k).first(samples), GhostValue::untouched, axes);
  };

  // g next to other ranks first, so that it travels while the rest is computed.
  back_.for_edges(1, [&](const Box& edge) { adjoint(1, edge); });
  begin(1);
  back_.for_slabs(
      steps,
      [&](std::int64_t k, const LayerPass::Position& at) {
        adjoint(k, back_.part(back_.region(std::max<std::int64_t>(k - 1, 1)), at, k - 1));
        gather_all(k, back_.part(back_.region(k), at, k));
      },
      [&](std::int64_t done, std::int64_t all) { advance(g_halo_, done, all); });
  g_halo_.end();
  for (std::int64_t k = 1; back_.any_exchanged() && k <= steps; ++k) {
    if (k > 1) {
      back_.for_edges(k - 1, [&](const Box& edge) { adjoint(k, edge); });
      begin(k);
      g_halo_.end();
    }
    back_.for_edges(k, [&](const Box& edge) { gather_all(k, edge); });
  }
}

/// lambda += W^T g on a box, with what the ghosts beyond mirrors next to it send back.
void Layer::gather(const Box& box, const double* g, double* lambda) {
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

void Layer::apply(const LayerCoefficients& coefficients, double* z, double* Z, GhostValue beyond) {
  sweep_.set_coefficients(coefficients);
  halo_.copy(z, beyond);
  sweep_.apply(owned_, view(static_cast<const double*>(z)), view(Z));
}

void Layer::apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar,
                            double* z_bar) {
  make_g();
  sweep_.set_coefficients(coefficients);
  double* g = g_[0];
  for (std::int64_t z = 0; z < owned_.count[0]; ++z) {
    for (std::int64_t y = 0; y < owned_.count[1]; ++y)
      std::copy_n(Z_bar + layout_.index(z, y, 0), owned_.count[2], g + wide_.index(z, y, 0));
  }
  g_halo_.copy(g, GhostValue::untouched);
  clear(layout_, owned_, z_bar);
  gather(owned_, g, z_bar);
}

} // namespace nadir
