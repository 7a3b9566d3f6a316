#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/grid/halo.hpp"
#include "nadir/kernel/layer_sweep.hpp"
#include "nadir/network/layer_pass.hpp"
#include "nadir/network/non_finite.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace nadir {

/// The states of consecutive layers, ascending, of the samples swept together: padded arrays.
class StateTable {
 public:
  StateTable(std::span<double* const> arrays, std::size_t samples)
      : arrays_(arrays), samples_(samples) {}

  std::int64_t steps() const { return static_cast<std::int64_t>(arrays_.size() / samples_) - 1; }
  std::span<double* const> layer(std::int64_t k) const {
    return arrays_.subspan(static_cast<std::size_t>(k) * samples_, samples_);
  }

 private:
  std::span<double* const> arrays_; ///< [layer][sample]
  std::size_t samples_;
};

/// Relaxation layers on the distributed grid, and their exact transpose (theory, sections 1, 6):
///
///     z_{l+1} = (1 - omega) z_l + omega f(W z_l - b)
///     lambda_l = (1 - omega) lambda_{l+1} + W^T g ,   g = omega lambda_{l+1} f'(Z_l)
///
/// One layer, or several with the same coefficients in one pass over the points (LayerPass), of one
/// sample or several. States and adjoints are padded arrays of `state_layout()`. Point by point the
/// arithmetic is the same however many layers and samples a pass takes and on any number of ranks.
/// Points that touch no ghosts are swept while the first halo messages travel.
class Layer {
 public:
  /// `forward` and `transpose` tell how passes are cut, `samples` how many a pass takes at most.
  Layer(const Grid& grid, const Kernel& kernel, ActivationKind activation,
        const Tiling& forward = {}, const Tiling& transpose = {}, std::size_t samples = 1);

  const Layout& state_layout() const { return layout_; }
  /// Layers that one pass can take.
  std::int64_t layers_per_pass() const { return forward_.layers(); }
  std::int64_t layers_per_pass_back() const { return back_.layers(); }
  std::size_t samples_per_pass() const { return samples_; }

  /// Floating-point operations per point and layer, of the coefficients used last.
  double forward_flops() const { return sweep_.forward_flops(); }
  double adjoint_flops() const { return sweep_.adjoint_flops(); }

  /// Halo messages of this rank and their bytes so far.
  std::int64_t messages_sent() const { return halo_.messages_sent() + g_halo_.messages_sent(); }
  std::int64_t bytes_sent() const { return halo_.bytes_sent() + g_halo_.bytes_sent(); }

  /// Fills the ghosts of a state that was not made by `steps`, as far as no other point's rank is
  /// needed. Not collective.
  void prepare(double* z) const;

  /// From z.layer(0), prepared, the owned points of z.layer(1) ... z.layer(steps); fills the ghosts
  /// of all but the last, which is prepared. An array may stand for layer k and for later ones from
  /// k + 2 on. Collective.
  void steps(const LayerCoefficients& coefficients, const StateTable& z);

  /// The first value of the last pass on this rank that is not finite, of one sample; its layer
  /// counts from 1.
  const std::optional<NonFinite>& problem(std::size_t sample) const { return problems_[sample]; }

  /// Back over the same layers: z with its ghosts as `steps` left them, coefficients with theirs
  /// (Coefficients::fill_ghosts). lambda[0] holds the adjoint of the last layer at the owned
  /// points; that of the first is in lambda[steps % 2] at the end, the other one is scratch, as are
  /// ghosts. Adds the coefficient gradients to `bar`. Collective.
  void steps_transpose(const LayerCoefficients& coefficients, const StateTable& z,
                       const std::array<std::span<double* const>, 2>& lambda, const LayerBar& bar);

  /// Whether steps_transpose is given states that were rounded (LayerSweep::states_are_rounded).
  void states_are_rounded(bool rounded) { sweep_.states_are_rounded(rounded); }

  /// The kernel alone: Z = W z (ghosts of z are filled, beyond `value` boundaries as told) and
  /// z_bar = W^T Z_bar, on owned points. Collective.
  void apply(const LayerCoefficients& coefficients, double* z, double* Z, GhostValue beyond);
  void apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar, double* z_bar);

 private:
  void fill_beside(const Halo& halo, double* field, const Box& box, GhostValue beyond) const;
  void compute(const StateTable& z, std::int64_t k, const Box& box);
  void note_problem(std::size_t sample, std::int64_t k, const double* z, const Box& box);
  void gather(const Box& box, const double* g, double* lambda);
  void make_g();
  std::span<double* const> g(std::int64_t k) const;
  FieldView view(const double* state) const;
  MutableFieldView view(double* state) const;
  MutableFieldView wide_view(double* field) const;
  FieldView wide_view(const double* field) const;

  const Grid& grid_;
  int radius_;           ///< of the kernel
  Layout layout_, wide_; ///< of states, of g
  std::size_t samples_;
  LayerPass forward_, back_;
  Box owned_;
  Thickness mirrored_; ///< the radius beyond `reflect` boundaries
  LayerSweep sweep_;
  Halo halo_, g_halo_;
  std::vector<std::optional<NonFinite>> problems_; ///< by sample
  std::vector<Field> g_fields_;                    ///< omega lambda f'(Z), made when needed
  std::vector<double*> g_;                         ///< [k % 2][sample]
};

} // namespace nadir
