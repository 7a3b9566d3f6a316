#pragma once

#include "nadir/grid/halo.hpp"
#include "nadir/training/control.hpp"

namespace nadir {

/// The penalties of all trained parameters (theory, section 6), sums in lattice units:
///
///     l2  sum (p - p_init)^2          l1  sum (sqrt(p^2 + eps^2) - eps)
///     h1  sum (p_i - p_j)^2           tv  sum (sqrt((p_i - p_j)^2 + eps^2) - eps)
///
/// h1 and tv over neighbouring points (each pair once, wrapped on periodic axes) and over
/// consecutive layers. With `continuum` sums over points are multiplied by the cell's volume and
/// differences along an axis divided by its spacing.
class Penalty {
 public:
  /// `initial` are the control vector's p_init; copied where l2 needs them. Collective.
  Penalty(const Grid& grid, const ControlSpace& space, Vec initial);

  /// Adds this rank's part of the value at x; with `gradient` (the local part of a control vector)
  /// its derivative is added there. Collective.
  void add(const double* x, double* gradient, BufferedSum& sum);
  /// The same of one parameter alone. Collective.
  void add_block(const ControlSpace::Block& block, const double* x, double* gradient,
                 BufferedSum& sum);

 private:
  void add_pointwise(const ControlSpace::Block& block, double volume, const double* x,
                     double* gradient, BufferedSum& sum);
  void add_layer_pairs(const ControlSpace::Block& block, double volume, const double* x,
                       double* gradient, BufferedSum& sum);
  void add_space_pairs(const ControlSpace::Block& block, double volume, const double* x,
                       double* gradient, BufferedSum& sum);
  void add_axis_pairs(const PenaltySpec& penalty, int axis, double volume, double* gradient,
                      BufferedSum& sum);

  const Grid& grid_;
  const ControlSpace& space_;
  std::vector<double> initial_; ///< local, empty without any l2
  Field padded_;
  Halo halo_;
};

} // namespace nadir
