#pragma once

#include "nadir/grid/grid.hpp"
#include "nadir/grid/halo.hpp"
#include "nadir/kernel/layer_sweep.hpp"
#include "nadir/network/layer_failure.hpp"
#include "nadir/network/pass_work.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

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

/// One kind of layers on the distributed grid, and their exact transpose: what a chain is made of.
/// One layer, or several with the same coefficients in one pass, of one sample or several. States
/// and adjoints are padded arrays of `state_layout()`.
class Layer {
 public:
  virtual ~Layer() = default;

  virtual const Layout& state_layout() const = 0;
  /// Layers that one pass can take.
  virtual std::int64_t layers_per_pass() const { return 1; }
  virtual std::int64_t layers_per_pass_back() const { return 1; }
  virtual std::size_t samples_per_pass() const { return 1; }

  /// Floating-point operations per point and layer, of the coefficients used last.
  virtual double forward_flops() const = 0;
  virtual double adjoint_flops() const = 0;

  /// Fills the ghosts of a state that was not made by `steps`, as far as no other point's rank is
  /// needed. Not collective.
  virtual void prepare(double* z) const = 0;

  /// Whether `steps` needs the ghosts of coefficients too (Coefficients::fill_ghosts).
  virtual bool reads_coefficient_ghosts() const { return false; }

  /// From z.layer(0), prepared, the owned points of z.layer(1) ... z.layer(steps); fills the ghosts
  /// of all but the last, which is prepared. An array may stand for layer k and for later ones from
  /// k + 2 on. Collective.
  virtual void steps(const LayerCoefficients& coefficients, const StateTable& z) = 0;

  /// The first value of the last pass forward on this rank that is not finite, of one sample, or
  /// why a layer of the last pass, forward or back, could not be computed; its layer counts from 1.
  virtual const std::optional<LayerFailure>& problem(std::size_t sample) const = 0;

  /// Back over the same layers: z with its ghosts as `steps` left them, coefficients with theirs
  /// (Coefficients::fill_ghosts). lambda[0] holds the adjoint of the last layer at the owned
  /// points; that of the first is in lambda[steps % 2] at the end, the other one is scratch, as are
  /// ghosts. Adds the coefficient gradients to `bar`. Collective.
  virtual void steps_transpose(const LayerCoefficients& coefficients, const StateTable& z,
                               const std::array<std::span<double* const>, 2>& lambda,
                               const LayerGradient& bar) = 0;

  /// Whether steps_transpose is given states that were rounded (LayerSweep::states_are_rounded).
  virtual void states_are_rounded(bool rounded) = 0;

  /// The kernel alone: Z = W z (ghosts of z are filled, beyond `value` boundaries as told) and
  /// z_bar = W^T Z_bar, on owned points. Collective.
  virtual void apply(const LayerCoefficients& coefficients, double* z, double* Z,
                     GhostValue beyond) = 0;
  virtual void apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar,
                               double* z_bar) = 0;
};

/// The layer of a case: its kernel, activation and scheme. `plan` tells how passes are cut and how
/// many samples one takes at most, where the kind of layer can do so. Collective.
std::unique_ptr<Layer> make_layer(const Grid& grid, const ModelSpec& c, const PassPlan& plan);

/// Bytes that the layers of a case hold beside states on a rank's box, the kernel computed by
/// Fourier transforms or not.
double layer_bytes(const ModelSpec& c, const Extents& box, bool with_transpose, bool by_fft);

} // namespace nadir
