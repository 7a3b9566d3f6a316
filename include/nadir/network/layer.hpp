#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/grid/halo.hpp"
#include "nadir/kernel/layer_sweep.hpp"

#include <optional>
#include <vector>

namespace nadir {

/// A box and its outer shell: `core` is the box less `thickness` points on every side in use,
/// `shell` covers the rest without overlap.
struct ShellSplit {
  Box core;
  std::vector<Box> shell;
};
ShellSplit split_shell(const Box& box, int first_axis, int thickness);

/// One relaxation layer on the distributed grid, and its exact transpose (theory, sections 1, 6):
///
///     z_{l+1} = (1 - omega) z_l + omega f(W z_l - b)
///     lambda_l = (1 - omega) lambda_{l+1} + W^T g ,   g = omega lambda_{l+1} f'(Z_l)
///
/// States and adjoints are padded arrays of `state_layout()`. Points that touch no ghosts are swept
/// while halo messages travel.
class Layer {
 public:
  Layer(const Grid& grid, const Kernel& kernel, ActivationKind activation);

  const Layout& state_layout() const { return layout_; }
  const Halo& halo() const { return halo_; }

  /// Fills the ghosts of z, writes the owned points of z_next. Collective. False when a new value
  /// on this rank is not finite.
  [[nodiscard]] bool step(const LayerCoefficients& coefficients, double* z, double* z_next);

  /// z with its ghosts as `step` left them. Reads lambda_next's owned points, writes lambda's (its
  /// ghosts are scratch), adds the coefficient gradients to `bar`. Collective.
  void step_transpose(const LayerCoefficients& coefficients, const double* z,
                      const double* lambda_next, double* lambda, const LayerBar& bar);

  /// The kernel alone: Z = W z (ghosts of z are filled, beyond `value` boundaries as told) and
  /// z_bar = W^T Z_bar, on owned points. Collective.
  void apply(const LayerCoefficients& coefficients, double* z, double* Z, GhostValue beyond);
  void apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar, double* z_bar);

 private:
  void gather_transpose(double* z_bar);
  MutableFieldView view(double* state) const;
  FieldView view(const double* state) const;

  Layout layout_;
  LayerSweep sweep_;
  Halo halo_;
  Box owned_;    ///< in local indices
  Box extended_; ///< with the ghosts of states
  ShellSplit forward_split_, transpose_split_;
  std::vector<Box> forward_chunks_, transpose_chunks_; ///< of the cores, one per axis' messages
  Field Z_bar_;
};

} // namespace nadir
