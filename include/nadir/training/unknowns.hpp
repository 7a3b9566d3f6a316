#pragma once

#include "nadir/training/control.hpp"
#include "nadir/training/observations.hpp"

#include <vector>

namespace nadir {

/// The scales of a trained parameter's components: a change of this size is of order one.
/// Coefficients of kernels have that of their moments (component_scale), a bias has the root mean
/// square of the input, or else of the targets; pure numbers have 1. The same bits on any number of
/// ranks. Collective.
std::vector<double> component_scales(const Grid& grid, const ProblemSpec& c,
                                     const Parameter& parameter, const Observations& observations);
/// Those of all unknowns, a control vector. Null where all are 1, as on grids with steps of 1.
/// Collective.
VecHandle unknown_scales(const Grid& grid, const ProblemSpec& c, const ControlSpace& space,
                         const Observations& observations);

/// What a solver works with that knows of no units: unknowns u = theta / scale and the loss over
/// its first value. With no scales u is theta, the very same vector.
class Unknowns {
 public:
  Unknowns() = default;
  /// `scales` may be null, like both bounds of theta, which must outlive this; so must `space`.
  Unknowns(const ControlSpace& space, Vec scales, Vec lower, Vec upper);

  /// Bounds of u; null where there are none.
  Vec lower() const { return scaled_lower_ ? scaled_lower_.get() : lower_; }
  Vec upper() const { return scaled_upper_ ? scaled_upper_.get() : upper_; }

  /// theta of u, within the bounds; valid until the next call.
  Vec parameters(Vec u);
  /// u of theta.
  void assign(Vec theta, Vec u) const;

  /// What the loss is divided by from its first value on; 1 before.
  void set_first_loss(double loss);
  double loss_unit() const { return loss_unit_; }
  /// A derivative by theta becomes that of the scaled loss by u.
  void scale_gradient(Vec g) const;

 private:
  Vec scales_ = nullptr, lower_ = nullptr, upper_ = nullptr;
  VecHandle parameters_, scaled_lower_, scaled_upper_;
  double loss_unit_ = 1;
};

} // namespace nadir
