#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/training/observations.hpp"

namespace nadir {

/// misfit = sum over samples, targets and points of w m (z_l - y_l)^2 (theory, section 6), on this
/// rank; with Reduction::mean divided by the sum of w m over everything observed.
class Misfit {
 public:
  /// `observations` must outlive this.
  Misfit(const Layout& state_layout, const Observations& observations, Reduction reduction);

  /// This rank's part for sample `s` and the state of `layer` (padded), 0 where nothing is
  /// observed.
  double value(std::int64_t s, std::int64_t layer, const double* z) const;

  /// lambda += d misfit / d z_layer = 2 w m (z - y), owned points of padded arrays.
  void add_derivative(std::int64_t s, std::int64_t layer, const double* z, double* lambda) const;

  /// sum_i m_i (z_i - y_i)^2 against target k whatever the layer of z: no weight, no mean.
  double distance(std::int64_t s, std::size_t k, const double* z) const;

 private:
  Layout layout_;
  const Observations& observations_;
  double factor_ = 1.0; ///< 1, or 1 / sum w m
};

} // namespace nadir
