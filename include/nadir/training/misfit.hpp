#pragma once

#include "nadir/base/reproducible_sum.hpp"
#include "nadir/grid/field.hpp"
#include "nadir/training/observations.hpp"

namespace nadir {

/// misfit = sum over samples, targets and points of w m (z_l - y_l)^2 (theory, section 6), on this
/// rank; with Reduction::mean divided by the sum of w m over everything observed.
class Misfit {
 public:
  /// `observations` must outlive this.
  Misfit(const Layout& state_layout, const Observations& observations, Reduction reduction);

  /// Adds this rank's part for sample `s` and the state of `layer` (padded), nothing where nothing
  /// is observed.
  void add_value(std::int64_t s, std::int64_t layer, const double* z, BufferedSum& sum) const;

  /// This rank's part of the sum of w m y^2 over samples, targets and points.
  ReproducibleSum target_squares() const;

  /// lambda += d misfit / d z_layer = 2 w m (z - y), owned points of padded arrays.
  void add_derivative(std::int64_t s, std::int64_t layer, const double* z, double* lambda) const;

  /// This rank's part of sum_i m_i (z_i - y_i)^2 against target k whatever the layer of z: no
  /// weight, no mean.
  ReproducibleSum distance(std::int64_t s, std::size_t k, const double* z) const;

 private:
  void add_squares(std::int64_t s, const Target& target, double weight, const double* z,
                   BufferedSum& sum) const;

  Layout layout_;
  const Observations& observations_;
  double factor_ = 1.0; ///< 1, or 1 / sum w m
};

} // namespace nadir
