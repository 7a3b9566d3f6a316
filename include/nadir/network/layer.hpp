#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/grid/halo.hpp"
#include "nadir/kernel/layer_sweep.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace nadir {

/// Points per axis and side (low, high).
using Thickness = std::array<std::array<std::int64_t, 2>, max_dimension>;

/// A box and its outer shell: `core` is the box less so many points on every side, `shell` covers
/// the rest without overlap.
struct ShellSplit {
  Box core;
  std::vector<Box> shell;
};
ShellSplit split_shell(const Box& box, const Thickness& thickness);

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
  /// Halo messages of this rank so far.
  std::int64_t messages_sent() const { return halo_.messages_sent() + g_halo_.messages_sent(); }

  /// Fills the ghosts of z, writes the owned points of z_next. Collective. False when a new value
  /// on this rank is not finite.
  [[nodiscard]] bool step(const LayerCoefficients& coefficients, double* z, double* z_next);

  /// z with its ghosts as `step` left them, coefficients with theirs (Coefficients::fill_ghosts).
  /// Reads lambda_next's owned points, writes lambda's (its ghosts are scratch), adds the
  /// coefficient gradients to `bar`. Point by point the arithmetic is the same on any number of
  /// ranks. Collective.
  void step_transpose(const LayerCoefficients& coefficients, const double* z,
                      const double* lambda_next, double* lambda, const LayerBar& bar);

  /// The kernel alone: Z = W z (ghosts of z are filled, beyond `value` boundaries as told) and
  /// z_bar = W^T Z_bar, on owned points. Collective.
  void apply(const LayerCoefficients& coefficients, double* z, double* Z, GhostValue beyond);
  void apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar, double* z_bar);

 private:
  template<class Adjoint> void sweep_back(Adjoint adjoint, double* lambda);
  void clear(double* field, const std::vector<Box>& boxes) const;
  MutableFieldView g_view();
  MutableFieldView view(double* state) const;
  FieldView view(const double* state) const;

  Layout layout_;
  int first_axis_;
  LayerSweep sweep_;
  Halo halo_; ///< of states
  // Boxes in local indices:
  Box owned_;
  Box mirrored_; ///< owned_ with the ghosts beyond `reflect` boundaries
  ShellSplit forward_split_;
  std::vector<Box> forward_chunks_; ///< of its core, one per axis' messages
  ShellSplit edge_split_;           ///< of owned_: the shell's g is needed elsewhere
  ShellSplit gather_split_;         ///< of mirrored_: W^T g in the core needs no ghosts of g
  std::vector<Box> mirrors_;        ///< mirrored_ less owned_
  Field g_;                         ///< omega lambda f'(Z)
  Halo g_halo_;
};

} // namespace nadir
