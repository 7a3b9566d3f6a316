#pragma once

#include "nadir/grid/halo.hpp"
#include "nadir/training/control.hpp"

#include <optional>
#include <vector>

namespace nadir {

/// The second derivative P'' of the penalties of all trained parameters (theory, section 6), as an
/// operator on the local part of control vectors: symmetric and never negative, since the corners
/// of tv and l1 have the curvature of the parabola that touches them there (lagged diffusivity),
///
///     l2  2 v_i     l1  v_i / sqrt(p_i^2 + eps^2)
///     h1  2 (v_i - v_j)     tv  (v_i - v_j) / sqrt((p_i - p_j)^2 + eps^2)
///
/// each summed over the pairs of a point, scaled like the penalties themselves (Penalty).
class PenaltyHessian {
 public:
  /// Both must outlive it. Collective.
  PenaltyHessian(const Grid& grid, const ControlSpace& space);

  /// P'' is that at p = x from now on, where that matters: copied for tv and l1 alone.
  void linearise(const double* x);

  /// Whether one unknown's row has others in it.
  bool couples() const { return couples_; }

  /// out += P'' v. Collective.
  void add(const double* v, double* out);
  /// out += its diagonal. Collective.
  void add_diagonal(double* out);

 private:
  /// The pairs of neighbours along an axis.
  struct AxisPairs {
    const PenaltySpec& penalty;
    int axis;
    double factor; ///< of their curvatures
    double scale;  ///< of differences
  };
  void add_pointwise(const ControlSpace::Block& block, const double* v, double* out) const;
  void add_layer_pairs(const ControlSpace::Block& block, const double* v, double* out) const;
  void add_space_pairs(const ControlSpace::Block& block, const double* v, double* out);
  void add_differences(const AxisPairs& pairs, double* out) const;
  void add_axis_diagonal(const AxisPairs& pairs, double* out) const;
  const double* point_at(std::ptrdiff_t index) const;
  double curvature(const AxisPairs& pairs, const double* point, std::ptrdiff_t next) const;
  double volume(const ControlSpace::Block& block) const;

  const Grid& grid_;
  const ControlSpace& space_;
  bool couples_ = false;
  std::vector<double> point_; ///< x; empty without tv and l1
  Field padded_;
  std::optional<Field> padded_point_; ///< with tv
  Halo halo_;
};

} // namespace nadir
