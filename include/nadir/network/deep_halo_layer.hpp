#pragma once

#include "nadir/network/stencil_layer.hpp"

#include <vector>

namespace nadir {

/// StencilLayer with one exchange of ghosts for K layers that share their coefficients (deep
/// halos): the same arithmetic at the same points, so the same bits, in fewer and longer messages.
///
/// Ghosts are E = 2 K - 1 points wide (deep_ghosts). Forward they are exchanged before the first
/// of K steps; step k then computes the owned points and E - k around them, those of neighbours
/// once more. That leaves every state with K points or more of ghosts, which is what K steps back
/// need of it, wherever their pass begins. Back, step 1 computes g at the owned points, whose K
/// outermost layers are exchanged with those of lambda; step k computes g on K - k + 1 points
/// around them, lambda on K - k, and adds to gradients at owned points alone.
///
/// Along axes that are not cut ghosts are filled as StencilLayer does. Source: temporal ghost
/// zones, C. Ding, Y. He, SC 2001.
class DeepHaloLayer final : public StencilLayer {
 public:
  /// For a kernel of radius 1, K = `layers` >= 2, and a grid whose ranks own at least E points of
  /// each axis that is cut. Coefficients have ghosts of the same width.
  DeepHaloLayer(const Grid& grid, std::unique_ptr<Kernel> kernel, Activation activation,
                std::int64_t layers, std::size_t samples = 1);

  std::int64_t layers_per_pass() const override { return layers_; }
  std::int64_t layers_per_pass_back() const override { return layers_; }
  bool reads_coefficient_ghosts() const override { return true; }

  void steps(const LayerCoefficients& coefficients, const StateTable& z) override;
  void steps_transpose(const LayerCoefficients& coefficients, const StateTable& z,
                       const std::array<std::span<double* const>, 2>& lambda,
                       const LayerGradient& bar) override;

 private:
  /// So many points at the faces next to other ranks.
  Thickness at_faces(std::int64_t points) const;
  Box grown(std::int64_t points) const;

  std::int64_t layers_, ghosts_;
  Box owned_;
  Thickness faces_{};               ///< 1 at faces next to other ranks
  Halo deep_halo_, adjoint_halo_;   ///< of states, E wide; of g and lambda, K wide
  std::vector<double*> travelling_; ///< g and lambda of all samples
};

} // namespace nadir
