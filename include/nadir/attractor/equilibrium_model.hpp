#pragma once

#include "nadir/attractor/basin.hpp"
#include "nadir/network/network.hpp"

/// The room `attractor`: where layers that are repeated come to rest.
///
/// Here live the layer as a map of vectors with its Jacobian (fixed_point_map.hpp), solvers for its
/// fixed points (fixed_point.hpp) and for the one in whose basin a state lies (basin.hpp), linear
/// systems with I - J and its transpose (linear_response.hpp), and the network whose only layer is
/// the step to the attractor (this header).
///
/// The room may use PETSc's solvers, and knows no loss, no TAO and no files.
namespace nadir {

/// The step from an input to its attractor (theory, section 9), a network with the states
///
///     z_0 = x ,   z_1 = z* = f(W z* - b) ,  the fixed point in whose basin x lies
///
/// and its transpose by the implicit function theorem: with J = diag(f'(Z*)) W,
///
///     (I - J)^T mu = lambda_1 ,   g = mu f'(Z*) ,   theta_bar += g (dW/dtheta) z* ,   b_bar -= g
///
/// Within a basin z* changes neither with omega, which is not trained, nor with x: lambda_0 = 0.
/// Coefficients do not vary by layer; omega is of one sign and nowhere 0. One sample at a time;
/// bits do not depend on the number of ranks, nor on what was solved before. Pulses after each
/// sample.
class EquilibriumModel final : public Network {
 public:
  /// Reads PETSc's options. Collective.
  EquilibriumModel(const Grid& grid, const ModelSpec& c, const AttractorSpec& a,
                   const PassPlan& plan);

  std::int64_t layers() const override { return 1; }
  Layer& layer() override { return map_.chain().layer(); }
  const Layer& layer() const override { return map_.chain().layer(); }
  std::size_t samples_at_once() const override { return 1; }
  bool activates(std::int64_t layer) const override { return layer == 1; }
  const WorkCounters& work() const override { return work_; }

  using Network::forward;
  void forward(const Coefficients& coefficients, StateStores states, std::int64_t first,
               std::int64_t last, const WatchedLayers& watched, const Observer& observe,
               const Pulse& pulse = {}) override;
  /// Why there is no attractor, or no derivative of it.
  const std::optional<LayerFailure>& problem(std::size_t /*sample*/) const override {
    return problem_;
  }
  /// Leaves `bar` as it is where there is a problem.
  void adjoint(const Coefficients& coefficients, StateStores states, const WatchedLayers& watched,
               const AdjointSource& seed, Coefficients& bar, const Pulse& pulse = {}) override;

 private:
  void find(StateStore& states);
  void transpose(StateStore& states, const double* lambda, Coefficients& bar);
  bool solve_transpose(Vec right);

  bool linear_; ///< f is the identity
  FixedPointMap map_;
  LinearResponse response_;
  BasinSolver basin_;
  VecHandle z_, mu_;
  Field lambda_;
  std::optional<LayerFailure> problem_;
  WorkCounters work_;
};

} // namespace nadir
