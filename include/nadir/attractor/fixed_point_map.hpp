#pragma once

#include "nadir/base/handle.hpp"
#include "nadir/grid/noise.hpp"
#include "nadir/kernel/activation.hpp"
#include "nadir/network/chain.hpp"

#include <cstdint>
#include <vector>

namespace nadir {

/// A layer whose coefficients do not vary by layer, as a map between vectors, and its exact
/// linearisation (theory, sections 1 and 9):
///
///     z -> (1 - omega) z + omega z_eq ,   z_eq = f(Z) ,   Z = W z - b
///     J = diag(f'(Z)) W     about the state linearised last, W its linear part
///
/// Vectors hold the owned points of each rank in C order; their sums do not depend on the number of
/// ranks, nor does anything computed from them. Everything is collective but the getters.
class FixedPointMap {
 public:
  /// Of no coefficients yet. Grid and case must outlive this.
  FixedPointMap(const Grid& grid, const ModelSpec& c, const PassPlan& plan);
  /// Of `coefficients`, whose ghosts it fills.
  FixedPointMap(const Grid& grid, const ModelSpec& c, Coefficients& coefficients,
                const LayerPlan& layers = {});

  /// The coefficients from now on; again when they have changed. They stay the caller's, and have
  /// their ghosts where transposes are asked for.
  void use(const Coefficients& coefficients);

  const Grid& grid() const { return grid_; }
  const ModelSpec& problem() const { return c_; }
  std::int64_t points() const { return grid_.points(); }
  const Layout& state_layout() const { return chain_.state_layout(); }
  Chain& chain() { return chain_; }
  const Chain& chain() const { return chain_; }
  /// omega at every point, and f'(Z) of the last linearisation.
  Vec omega() const { return omega_; }
  Vec slope() const { return slope_; }

  /// A vector of zeros.
  VecHandle create() const;
  VecHandle copy(Vec z) const;

  /// z_eq = f(W z - b); not the same vector.
  void equilibrium(Vec z, Vec z_eq);
  /// F = z - f(W z - b), the Liouvillean (13). Returns its root mean square; NaN where not finite.
  double residual(Vec z, Vec F);
  /// z goes through so many layers, in place.
  void relax(Vec z, std::int64_t layers);

  void linearise(Vec z);
  /// J v and J^T v; v may be the result.
  void apply(Vec v, Vec result);
  void apply_transpose(Vec v, Vec result);
  /// What mu . f(W z - b) has for derivatives at fixed z and mu, added to `bar`: with
  /// g = mu f'(Z), theta_bar += g (dW/dtheta) z and b_bar -= g; nothing for omega, which must not
  /// be 0.
  void add_derivatives(Vec z, Vec mu, Coefficients& bar);

  /// I - J and the layer's own Jacobian I - omega (I - J), without a matrix; both know their
  /// transpose and follow linearise(). They refer to this object.
  MatHandle residual_jacobian();
  MatHandle layer_jacobian();

  /// The state as a padded array; valid until the next call of anything here.
  const double* padded(Vec z);

  /// What was asked for so far: layers, products with J, with J^T.
  struct Counts {
    std::int64_t layers = 0, products = 0, products_back = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  MatHandle shell(void (*multiply)(), void (*multiply_transpose)());
  /// Z = W z into packed_, -b where `affine`.
  void transform(Vec z, bool affine);
  void evaluate(double* value, double* derivative);

  const Grid& grid_;
  const ModelSpec& c_;
  const Coefficients* coefficients_ = nullptr;
  Chain chain_;
  ActivationRows activation_;
  LastTwoStates states_;
  Field z_, Z_;
  std::vector<double> packed_, unused_;
  VecHandle omega_, bias_, slope_;
  Counts counts_;
};

/// sqrt(sum_i v_i^2 / N).
double root_mean_square(Vec v);
/// The same of a - b; `work` is overwritten.
double distance_between(Vec a, Vec b, Vec work);
/// What "relative where |z| > 1" divides by: max(1, root mean square of z).
double scale_of(Vec z);

} // namespace nadir
