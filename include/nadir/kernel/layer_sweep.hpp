#pragma once

#include "nadir/base/box.hpp"
#include "nadir/kernel/activation.hpp"
#include "nadir/kernel/coefficient_rows.hpp"
#include "nadir/kernel/kernel.hpp"
#include "nadir/kernel/kernel_spec.hpp"

namespace nadir {

/// A padded array seen from its first owned point.
struct FieldView {
  const double* origin = nullptr;
  Strides stride;
};
struct MutableFieldView {
  double* origin = nullptr;
  Strides stride;
  operator FieldView() const { return {origin, stride}; }
};

/// One relaxation layer (18), (19) and its transpose on the boxes of points it is told to sweep:
///
///     Z = W z - b,   z_next = (1 - omega) z + omega f(Z)
///
/// The loops over rows and segments are here, the physics is in Kernel and the activations. Every
/// point's arithmetic is the same whatever box it is swept in, so states do not depend on the
/// number of ranks. Knows no ranks; ghosts are the caller's. Not collective, allocates nothing
/// after construction.
class LayerSweep {
 public:
  LayerSweep(const Kernel& kernel, Activation activation);

  /// The coefficients of the layer that is swept next; views must stay valid.
  void set_coefficients(const LayerCoefficients& coefficients) {
    rows_.set_coefficients(coefficients);
  }

  /// Z = W z on `box`, the kernel alone.
  void apply(const Box& box, FieldView z, MutableFieldView Z);

  /// z_next on `box`; z has its ghosts. Returns false when some new value is not finite.
  [[nodiscard]] bool forward(const Box& box, FieldView z, MutableFieldView z_next);

  /// The first half of the transpose on `box`, where lambda_next is the adjoint of z_next:
  /// g = omega lambda_next f'(Z), the direct path lambda = (1 - omega) lambda_next, and what this
  /// adds to the layer's coefficient gradients, which set_gradient names before. Where omega is 1
  /// everywhere, f may be taken from z_next, and lambda be left alone.
  void set_gradient(const LayerGradient& bar) { rows_.set_gradient(bar); }
  void adjoint(const Box& box, FieldView z, FieldView z_next, FieldView lambda_next,
               MutableFieldView g, MutableFieldView lambda);
  /// The adjoint is given states that were rounded: f' is taken from Z, not from z_next. Near the
  /// ends of tanh's range f' = 1 - f^2 from a rounded f would lose all its digits.
  void states_are_rounded(bool rounded) { rounded_ = rounded; }

  /// What Z_bar adds to the kernel's coefficient gradients (set_gradient), the kernel alone.
  void add_gradient(const Box& box, FieldView z, FieldView Z_bar);

  /// Floating-point operations per point; an activation counts as 20.
  double forward_flops() const;
  double adjoint_flops() const;

  /// The second half: lambda += W^T g on `box`, which may reach the kernel's radius beyond the
  /// owned points where g and lambda are zero.
  void add_transpose(const Box& box, FieldView g, MutableFieldView lambda);
  /// lambda = W^T g, the kernel alone.
  void apply_transpose(const Box& box, FieldView g, MutableFieldView lambda);

 private:
  struct Segment : RowPlace {
    int n;
  };
  template<class Use> static void for_segments(const Box& box, Use use);

  RowsAhead rows_after(const Segment& at, const Box& box, FieldView z, FieldView z_next) const;
  void add_gradient(const Segment& at, Row z, const double* Z_bar);
  /// Whether f(Z) is z_next, and all that f' needs.
  bool value_is_next() const;

  const Kernel& kernel_;
  ActivationRows activation_;
  CoefficientRows rows_;
  bool rounded_ = false;
};

} // namespace nadir
