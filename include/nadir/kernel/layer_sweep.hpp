#pragma once

#include "nadir/base/aligned.hpp"
#include "nadir/base/box.hpp"
#include "nadir/base/reproducible_sum.hpp"
#include "nadir/kernel/activation.hpp"
#include "nadir/kernel/kernel.hpp"
#include "nadir/kernel/kernel_spec.hpp"

#include <array>
#include <vector>

namespace nadir {

/// One coefficient of one layer: a padded field on this rank's box, or a number.
struct CoefficientView {
  const double* field = nullptr; ///< first owned point, with ghosts around; or null
  Strides stride;
  double number = 0.0; ///< where there is no field

  /// At a point of the box.
  double at(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return field ? field[z * stride.z + y * stride.y + x] : number;
  }
};

/// Where the derivative with respect to one coefficient of one layer is added: a field, a sum over
/// all points, or nowhere (both null).
struct CoefficientBar {
  double* field = nullptr; ///< first owned point
  Strides stride;
  ReproducibleSum* sum = nullptr;
};

/// The coefficients of one layer: theta of the kernel in its order, then b and omega.
template<class View> struct LayerRows {
  std::array<View, max_coefficients> theta{};
  View b, omega;
};
using LayerCoefficients = LayerRows<CoefficientView>;
using LayerGradient = LayerRows<CoefficientBar>;

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
  void set_coefficients(const LayerCoefficients& coefficients);

  /// Z = W z on `box`, the kernel alone.
  void apply(const Box& box, FieldView z, MutableFieldView Z);

  /// z_next on `box`; z has its ghosts. Returns false when some new value is not finite.
  [[nodiscard]] bool forward(const Box& box, FieldView z, MutableFieldView z_next);

  /// The first half of the transpose on `box`, where lambda_next is the adjoint of z_next:
  /// g = omega lambda_next f'(Z), the direct path lambda = (1 - omega) lambda_next, and what this
  /// adds to the layer's coefficient gradients, which set_gradient names before. Where omega is 1
  /// everywhere, f may be taken from z_next, and lambda be left alone.
  void set_gradient(const LayerGradient& bar);
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
  std::size_t b_slot() const { return theta_count_; }
  std::size_t omega_slot() const { return theta_count_ + 1; }
  /// Aligned like the rows of fields.
  struct alignas(alignment) NumberRow : std::array<double, segment_points + 2 * aligned_doubles> {};

  struct Segment {
    std::int64_t z, y, x;
    int n;
  };
  template<class Use> static void for_segments(const Box& box, Use use);

  RowsAhead rows_after(const Segment& at, const Box& box, FieldView z, FieldView z_next) const;
  Row coefficient_row(std::size_t slot, const Segment& at) const;
  MutableRow bar_row(std::size_t slot, const Segment& at);
  void add_gradient(const Segment& at, Row z, const double* Z_bar);
  void add_sums(int n, std::size_t slots);
  /// Whether f(Z) is z_next, and all that f' needs.
  bool value_is_next() const;
  const Row* theta_rows(const Segment& at);

  const Kernel& kernel_;
  ActivationRows activation_;
  std::size_t theta_count_;
  bool rounded_ = false;
  std::vector<CoefficientView> view_; ///< theta, b, omega
  std::vector<CoefficientBar> bar_;
  std::vector<NumberRow> number_rows_; ///< numbers as rows, one per coefficient
  std::vector<NumberRow> bar_rows_;    ///< a segment's part of a sum, one per coefficient
  std::vector<Row> theta_;             ///< of the segment that is swept
  std::vector<MutableRow> theta_bar_;
};

} // namespace nadir
