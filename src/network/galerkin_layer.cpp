#include "nadir/network/galerkin_layer.hpp"

#include "nadir/network/coefficients.hpp"

#include <algorithm>

namespace nadir {
namespace {

GalerkinSweep::Mirrors mirrors_of(const Grid& grid) {
  GalerkinSweep::Mirrors mirrors{};
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis)
    for (int side = 0; side < 2; ++side)
      mirrors[static_cast<std::size_t>(axis)][static_cast<std::size_t>(side)] =
          grid.boundary(axis).kind == BoundaryKind::reflect && !grid.neighbour(axis, side);
  return mirrors;
}

GalerkinSweep sweep_of(const Grid& grid, const ModelSpec& c, Activation activation) {
  const auto basis = grid_basis(c.network.basis, static_cast<int>(c.network.nodes),
                                grid.dimension(), grid.spacings());
  return {c.kernel,           grid.dimension(), basis,     grid.spacings(),
          grid.owned().count, mirrors_of(grid), activation};
}

void copy_owned(const Layout& layout, const double* from, double* to) {
  for (std::int64_t z = 0; z < layout.count[0]; ++z)
    for (std::int64_t y = 0; y < layout.count[1]; ++y)
      std::copy_n(from + layout.index(z, y, 0), layout.count[2], to + layout.index(z, y, 0));
}

/// The kernel alone: what a layer of the identity makes with omega = 1.
LayerCoefficients kernel_alone(const LayerCoefficients& coefficients) {
  LayerCoefficients alone = coefficients;
  alone.b = {};
  alone.omega = {};
  alone.omega.number = 1.0;
  return alone;
}

} // namespace

GalerkinLayer::GalerkinLayer(const Grid& grid, const ModelSpec& c, std::size_t samples)
    : grid_(grid),
      layout_(grid, state_ghosts(c)), owned_{grid.dimension(), {0, 0, 0}, layout_.count},
      interpolating_(c.network.basis == Basis::hat),
      sweep_(sweep_of(grid, c, c.network.activation)), linear_(sweep_of(grid, c, "identity")),
      halo_(grid, layout_), z_(layout_), mu_(layout_), w_(layout_), problems_(samples) {
  const auto nodes = static_cast<int>(c.network.nodes);
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis)
    axes_.push_back(std::make_unique<GalerkinAxis>(
        grid, layout_, axis, cell_basis(c.network.basis, nodes, grid.spacing(axis))));
}

void GalerkinLayer::along_axes(AlongAxis work, double* field) {
  for (const auto& axis : axes_) ((*axis).*work)(field);
}

FieldView GalerkinLayer::view(const Field& field) const {
  return {field.data() + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}};
}

MutableFieldView GalerkinLayer::view(Field& field) const {
  return {field.data() + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}};
}

/// z_, with its ghosts.
void GalerkinLayer::set_amplitudes(const double* v) {
  copy_owned(layout_, v, z_.data());
  if (!interpolating_) along_axes(&GalerkinAxis::to_amplitudes, z_.data());
  halo_.copy(z_.data());
}

bool GalerkinLayer::forward(GalerkinSweep& sweep, const double* v, double* next) {
  set_amplitudes(v);
  w_.fill(0.0);
  const bool finite = sweep.forward(view(std::as_const(z_)), view(w_));
  halo_.fold(w_.data(), owned_);
  copy_owned(layout_, w_.data(), next);
  along_axes(&GalerkinAxis::to_values, next);
  return finite;
}

void GalerkinLayer::adjoint(GalerkinSweep& sweep, const double* v, const double* lambda_next,
                            double* lambda) {
  set_amplitudes(v);
  copy_owned(layout_, lambda_next, mu_.data());
  along_axes(&GalerkinAxis::to_values_transpose, mu_.data());
  halo_.copy(mu_.data());
  w_.fill(0.0);
  sweep.adjoint(view(std::as_const(z_)), view(std::as_const(mu_)), view(w_));
  if (sweep.reaches_beyond())
    halo_.sum(w_.data());
  else
    halo_.fold(w_.data(), owned_);
  copy_owned(layout_, w_.data(), lambda);
  if (!interpolating_) along_axes(&GalerkinAxis::to_amplitudes, lambda);
}

void GalerkinLayer::steps(const LayerCoefficients& coefficients, const StateTable& v) {
  sweep_.set_coefficients(coefficients);
  std::ranges::fill(problems_, std::nullopt);
  for (std::int64_t k = 1; k <= v.steps(); ++k) {
    const auto from = v.layer(k - 1), to = v.layer(k);
    for (std::size_t s = 0; s < from.size(); ++s) {
      if (forward(sweep_, from[s], to[s])) continue;
      // Solving carries what is not finite along the lines: the sums tell where it began.
      note_non_finite(grid_, layout_, owned_, w_.data(), k, problems_[s]);
    }
  }
}

void GalerkinLayer::steps_transpose(const LayerCoefficients& coefficients, const StateTable& v,
                                    const std::array<std::span<double* const>, 2>& lambda,
                                    const LayerGradient& bar) {
  sweep_.set_coefficients(coefficients);
  sweep_.set_gradient(bar);
  for (std::int64_t k = v.steps(); k > 0; --k) {
    const auto turn = static_cast<std::size_t>(v.steps() - k) % 2;
    const auto from = v.layer(k - 1);
    for (std::size_t s = 0; s < from.size(); ++s)
      adjoint(sweep_, from[s], lambda[turn][s], lambda[1 - turn][s]);
  }
}

void GalerkinLayer::apply(const LayerCoefficients& coefficients, double* v, double* Z,
                          GhostValue /*beyond*/) {
  linear_.set_coefficients(kernel_alone(coefficients));
  static_cast<void>(forward(linear_, v, Z)); // the caller looks at it
}

void GalerkinLayer::apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar,
                                    double* v_bar) {
  linear_.set_coefficients(kernel_alone(coefficients));
  linear_.set_gradient({});
  // Linear: it does not matter where.
  adjoint(linear_, Z_bar, Z_bar, v_bar);
}

double GalerkinLayer::forward_flops() const {
  double flops = sweep_.forward_flops();
  for (const auto& axis : axes_) flops += axis->flops();
  return flops;
}

double GalerkinLayer::adjoint_flops() const { return sweep_.adjoint_flops() + forward_flops(); }

double GalerkinLayer::work_bytes(const ModelSpec& c, const Extents& owned) {
  const int d = c.grid.dimension();
  const Extents shape = three_extents(c.grid.shape);
  double bytes = 3 * sizeof(double) * static_cast<double>(Layout(owned, d, state_ghosts(c)).size());
  for (int axis = max_dimension - d; axis < max_dimension; ++axis)
    bytes += GalerkinAxis::bytes(shape[static_cast<std::size_t>(axis)], owned, axis);
  if (const auto family = radial_family(c.kernel)) {
    Extents cells = owned; // and those that the functions of owned points reach
    for (int axis = max_dimension - d; axis < max_dimension; ++axis)
      cells[static_cast<std::size_t>(axis)] += basis_reach(c.network.basis);
    const auto basis = grid_basis(c.network.basis, static_cast<int>(c.network.nodes), d, {1, 1, 1});
    bytes += 2 * NodeConvolution::bytes(*family, c.kernel.radius(), basis, cells);
  }
  return bytes;
}

} // namespace nadir
