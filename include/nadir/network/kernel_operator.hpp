#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/grid/halo.hpp"
#include "nadir/kernel/layer_sweep.hpp"
#include "nadir/network/network_spec.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace nadir {

/// A kernel W on the whole distributed grid (theory, section 4), whatever points it couples: for
/// layers that need Z = W z by itself. Fields are padded arrays of `state_layout()`. Collective,
/// but for the getters.
class KernelOperator {
 public:
  virtual ~KernelOperator() = default;

  virtual const Layout& state_layout() const = 0;

  /// The coefficients of the products that follow, with their ghosts (Coefficients::fill_ghosts);
  /// views must stay valid. Not collective.
  virtual void set_coefficients(const LayerCoefficients& coefficients) = 0;

  /// Z = W z (+ g, beyond `value` boundaries as told) on owned points; fills the ghosts of z.
  virtual void apply(double* z, double* Z, GhostValue beyond) = 0;
  /// z_bar = W^T Z_bar on owned points, W its linear part.
  virtual void apply_transpose(const double* Z_bar, double* z_bar) = 0;
  /// z_bar += W^T Z_bar; in one sum where the kind of operator can do so.
  virtual void add_transpose(const double* Z_bar, double* z_bar);
  /// bar.theta += the derivatives of Z_bar . (W z + g), where apply filled the ghosts of z; bar.b
  /// and bar.omega are left alone.
  virtual void add_gradient(const double* z, const double* Z_bar, const LayerGradient& bar) = 0;

  /// Floating-point operations of `apply` per point.
  virtual double flops() const = 0;

 private:
  std::optional<Field> product_; ///< of the transpose, made when needed
};

/// The kernel of a case by itself: a full matrix, or swept over its neighbours, or computed by
/// Fourier transforms. Collective.
std::unique_ptr<KernelOperator> make_kernel_operator(const Grid& grid, const ModelSpec& c,
                                                     bool by_fft = false);

} // namespace nadir
