#pragma once

#include "nadir/network/coefficients.hpp"
#include "nadir/network/layer.hpp"
#include "nadir/network/non_finite.hpp"
#include "nadir/network/trajectory.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace nadir {

/// The chain z_0 -> z_n of n relaxation layers and its transpose.
class Chain {
 public:
  Chain(const Grid& grid, const Case& c);

  std::int64_t layers() const { return layers_; }
  const Layout& state_layout() const { return layer_.state_layout(); }
  Layer& layer() { return layer_; }

  /// Sees the states one after the other, as soon as their owned points are there.
  using Observer = std::function<void(std::int64_t layer, const double* z)>;
  /// Adds the derivative of the misfit with respect to state z_l to lambda_l's owned points.
  using Seed = std::function<void(std::int64_t layer, const double* z, double* lambda)>;

  /// From state `first` in states.read(first) to state `last`; `observe` sees the states
  /// first + 1 .. last, and z_0 where first is 0. Collective. Returns the first value on this rank
  /// that is not finite, if any; the layers after it are still computed, so that all ranks stay
  /// together.
  std::optional<NonFinite> forward(const Coefficients& coefficients, Trajectory& states,
                                   std::int64_t first, std::int64_t last, const Observer& observe);

  /// From z_n back to z_0 over the states of a forward run; adds all derivatives to `bar` and fills
  /// the ghosts of the coefficients.
  /// Returns lambda_0 = d misfit / d z_0, a padded array that stays valid until the next call.
  /// Collective.
  const double* adjoint(Coefficients& coefficients, Trajectory& states, const Seed& seed,
                        Coefficients& bar);

 private:
  NonFinite find_non_finite(std::int64_t layer, const double* z) const;

  const Grid& grid_;
  std::int64_t layers_;
  std::unique_ptr<Kernel> kernel_;
  Layer layer_;
  std::array<std::vector<double>, 2> lambda_; ///< padded, made by the first adjoint
};

} // namespace nadir
