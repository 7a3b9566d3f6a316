#pragma once

#include "nadir/kernel/galerkin_sweep.hpp"
#include "nadir/network/galerkin_axis.hpp"
#include "nadir/network/layer.hpp"

#include <optional>
#include <vector>

namespace nadir {

/// Relaxation layers in Galerkin form (theory, section 8) and their exact transpose. With the
/// values v at points of a function of amplitudes z = B^-1 v, B_ij = phi_j(q_i), the layer
/// projects the relaxed function:
///
///     M z_{l+1} = M^{(1 - omega)} z_l + f_l ,   M_ij = sum_k p_k phi_i(x_k) phi_j(x_k)
///     v_{l+1} = B M^-1 w(B^-1 v_l) ,   lambda_l = B^-1 w'^T M^-1 B lambda_{l+1}
///
/// w being the sums of GalerkinSweep, w' their derivative. M and B are tensor products of one
/// symmetric matrix for each axis, which are factorised once and solved directly on whole lines
/// (GalerkinAxis): exact to rounding, the same solver in the transpose, and the same bits on any
/// number of ranks.
///
/// States are values at points, as in every other layer, so that inputs, targets and files mean the
/// same whatever the basis is. For hats B = 1; for cubic splines the changes between values and
/// amplitudes take one more solve per layer, little beside the sums over nodes.
class GalerkinLayer final : public Layer {
 public:
  /// For a case that the reader accepts: a basis other than delta. Collective.
  GalerkinLayer(const Grid& grid, const ModelSpec& c, std::size_t samples = 1);

  const Layout& state_layout() const override { return layout_; }
  std::size_t samples_per_pass() const override { return problems_.size(); }
  double forward_flops() const override;
  double adjoint_flops() const override;
  bool reads_coefficient_ghosts() const override { return true; }

  void prepare(double* /*v*/) const override {}
  void steps(const LayerCoefficients& coefficients, const StateTable& v) override;
  const std::optional<LayerFailure>& problem(std::size_t sample) const override {
    return problems_[sample];
  }
  void steps_transpose(const LayerCoefficients& coefficients, const StateTable& v,
                       const std::array<std::span<double* const>, 2>& lambda,
                       const LayerGradient& bar) override;
  void states_are_rounded(bool /*rounded*/) override {}

  /// The kernel projected: Z = B M^-1 w(B^-1 v) where f is the identity, b = 0 and omega = 1.
  void apply(const LayerCoefficients& coefficients, double* v, double* Z,
             GhostValue beyond) override;
  void apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar,
                       double* v_bar) override;

  /// Bytes of work arrays and factors for a rank's box.
  static double work_bytes(const ModelSpec& c, const Extents& owned);

 private:
  using AlongAxis = void (GalerkinAxis::*)(double* field);
  void along_axes(AlongAxis work, double* field);
  void set_amplitudes(const double* v);
  bool forward(GalerkinSweep& sweep, const double* v, double* next);
  void adjoint(GalerkinSweep& sweep, const double* v, const double* lambda_next, double* lambda);
  FieldView view(const Field& field) const;
  MutableFieldView view(Field& field) const;

  const Grid& grid_;
  Layout layout_;
  Box owned_;
  bool interpolating_;           ///< amplitudes are values
  GalerkinSweep sweep_, linear_; ///< of layers, and of the kernel alone
  Halo halo_;
  std::vector<std::unique_ptr<GalerkinAxis>> axes_;
  Field z_, mu_, w_; ///< amplitudes, their adjoint, the sums
  std::vector<std::optional<LayerFailure>> problems_;
};

} // namespace nadir
