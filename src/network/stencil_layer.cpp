#include "nadir/network/stencil_layer.hpp"

#include <algorithm>

namespace nadir {
namespace {

std::size_t place(std::int64_t index) { return static_cast<std::size_t>(index); }

Axes exchanged(const LayerPass& pass) {
  return {pass.exchanged(0), pass.exchanged(1), pass.exchanged(2)};
}

/// After slab `done` of `all`: moves the exchange on at each third of the way, for its three axes.
void advance(Halo& halo, std::int64_t done, std::int64_t all) {
  if (done * max_dimension / all != (done - 1) * max_dimension / all) halo.advance();
}

} // namespace

StencilLayer::StencilLayer(const Grid& grid, std::unique_ptr<Kernel> kernel, Activation activation,
                           const Tiling& forward, const Tiling& transpose, std::size_t samples,
                           int ghosts)
    : grid_(grid), kernel_(grid, std::move(kernel), activation, samples, ghosts),
      sweep_(kernel_.sweep()), halo_(kernel_.halo()), g_halo_(kernel_.wide_halo()),
      layout_(kernel_.state_layout()), samples_(samples), forward_(grid, forward, kernel_.radius()),
      back_(grid, transpose, kernel_.radius()), problems_(samples) {}

void StencilLayer::prepare(double* z) const {
  fill_beside(halo_, z, forward_.owned(), GhostValue::given);
}

/// Ghosts wider than 1 are all exchanged, even with oneself.
void StencilLayer::fill_beside(const Halo& halo, double* field, const Box& box,
                               GhostValue beyond) const {
  if (kernel_.radius() == 1) halo.fill_beside(field, box, beyond);
}

void StencilLayer::begin_pass(const LayerCoefficients& coefficients) {
  sweep_.set_coefficients(coefficients);
  std::ranges::fill(problems_, std::nullopt);
}

void StencilLayer::steps(const LayerCoefficients& coefficients, const StateTable& z) {
  begin_pass(coefficients);
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

void StencilLayer::compute(const StateTable& z, std::int64_t k, const Box& box) {
  if (box.points() == 0) return;
  const auto from = z.layer(k - 1), to = z.layer(k);
  for (std::size_t s = 0; s < from.size(); ++s) {
    const double* z_s = from[s];
    if (!sweep_.forward(box, kernel_.view(z_s), kernel_.view(to[s])))
      note_non_finite(grid_, layout_, box, to[s], k, problems_[s]);
    fill_beside(halo_, to[s], box, GhostValue::given);
  }
}

void StencilLayer::make_g(std::size_t turns) {
  if (!g_fields_.empty()) return;
  // Zero beyond boundaries, for good.
  g_fields_.assign(turns * samples_, Field(kernel_.wide_layout()));
  for (auto& field : g_fields_) g_.push_back(field.data());
}

std::span<double* const> StencilLayer::g(std::int64_t k) const {
  const std::size_t turn = place(k) % (g_.size() / samples_);
  return std::span(g_).subspan(turn * samples_, samples_);
}

void StencilLayer::adjoint(const WayBack& way, std::int64_t k, const Box& box) {
  const std::int64_t steps = way.z.steps();
  const auto z_from = way.z.layer(steps - k), z_to = way.z.layer(steps - k + 1);
  const auto lambda_from = way.adjoints(k - 1), lambda_to = way.adjoints(k);
  for (std::size_t s = 0; s < z_from.size() && box.points() > 0; ++s) {
    const double *from = z_from[s], *to = z_to[s], *lambda_next = lambda_from[s];
    sweep_.adjoint(box, kernel_.view(from), kernel_.view(to), kernel_.view(lambda_next),
                   kernel_.wide_view(g(k)[s]), kernel_.view(lambda_to[s]));
    fill_beside(g_halo_, g(k)[s], box, GhostValue::untouched);
  }
}

void StencilLayer::gather(const WayBack& way, std::int64_t k, const Box& box) {
  const std::size_t samples = way.z.layer(0).size();
  for (std::size_t s = 0; s < samples && box.points() > 0; ++s)
    kernel_.gather(box, g(k)[s], way.adjoints(k)[s]);
}

void StencilLayer::steps_transpose(const LayerCoefficients& coefficients, const StateTable& z,
                                   const std::array<std::span<double* const>, 2>& lambda,
                                   const LayerGradient& bar) {
  begin_pass(coefficients);
  make_g(back_.layers() > 1 ? 2 : 1);
  sweep_.set_gradient(bar);
  const WayBack way{z, lambda};
  const std::int64_t steps = z.steps();
  const std::size_t samples = z.layer(0).size();
  const Axes axes = exchanged(back_);
  const auto begin = [&](std::int64_t k) {
    g_halo_.copy_begin(g(k).first(samples), GhostValue::untouched, axes);
  };

  // g next to other ranks first, so that it travels while the rest is computed.
  back_.for_edges(1, [&](const Box& edge) { adjoint(way, 1, edge); });
  begin(1);
  back_.for_slabs(
      steps,
      [&](std::int64_t k, const LayerPass::Position& at) {
        adjoint(way, k, back_.part(back_.region(std::max<std::int64_t>(k - 1, 1)), at, k - 1));
        gather(way, k, back_.part(back_.region(k), at, k));
      },
      [&](std::int64_t done, std::int64_t all) { advance(g_halo_, done, all); });
  g_halo_.end();
  for (std::int64_t k = 1; back_.any_exchanged() && k <= steps; ++k) {
    if (k > 1) {
      back_.for_edges(k - 1, [&](const Box& edge) { adjoint(way, k, edge); });
      begin(k);
      g_halo_.end();
    }
    back_.for_edges(k, [&](const Box& edge) { gather(way, k, edge); });
  }
}

void StencilLayer::apply(const LayerCoefficients& coefficients, double* z, double* Z,
                         GhostValue beyond) {
  kernel_.set_coefficients(coefficients);
  kernel_.apply(z, Z, beyond);
}

void StencilLayer::apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar,
                                   double* z_bar) {
  kernel_.set_coefficients(coefficients);
  kernel_.apply_transpose(Z_bar, z_bar);
}

} // namespace nadir
