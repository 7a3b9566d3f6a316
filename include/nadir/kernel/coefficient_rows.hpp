#pragma once

#include "nadir/base/aligned.hpp"
#include "nadir/base/reproducible_sum.hpp"
#include "nadir/kernel/kernel.hpp"

#include <array>
#include <cstdint>
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

/// The start of a row of at most segment_points points.
struct RowPlace {
  std::int64_t z, y, x;
};

/// The coefficients of a layer, or b and omega alone, as rows of points, numbers too; and rows that
/// take up derivatives with respect to them. Slots are theta, then b and omega. Not collective,
/// allocates nothing after construction.
class CoefficientRows {
 public:
  explicit CoefficientRows(std::size_t theta_count);

  std::size_t theta_count() const { return theta_count_; }
  std::size_t b() const { return theta_count_; }
  std::size_t omega() const { return theta_count_ + 1; }
  std::size_t slots() const { return view_.size(); }

  /// Views must stay valid.
  void set_coefficients(const LayerCoefficients& coefficients);
  void set_gradient(const LayerGradient& bar);

  bool is_field(std::size_t slot) const { return view_[slot].field != nullptr; }
  bool is_number(std::size_t slot, double number) const {
    return !view_[slot].field && view_[slot].number == number;
  }

  Row row(std::size_t slot, const RowPlace& at) const {
    const CoefficientView& view = view_[slot];
    if (view.field)
      return {view.field + at.z * view.stride.z + at.y * view.stride.y + at.x, view.stride};
    return {number_rows_[slot].data() + aligned_doubles, {}};
  }
  /// All of theta; valid until the next call.
  const Row* theta(const RowPlace& at) {
    for (std::size_t c = 0; c < theta_count_; ++c) theta_[c] = row(c, at);
    return theta_.data();
  }

  /// Where the derivatives of a row of n points are added: a field, or zeros that add_sums sums up;
  /// null where none is wanted.
  MutableRow bar(std::size_t slot, const RowPlace& at, int n);
  MutableRow* theta_bar(const RowPlace& at, int n);
  /// Adds what was put into the zeros of the first `slots` to their sums.
  void add_sums(int n, std::size_t slots);

 private:
  /// Aligned like the rows of fields, with room for neighbours.
  struct alignas(alignment) NumberRow : std::array<double, segment_points + 2 * aligned_doubles> {};

  std::size_t theta_count_;
  std::vector<CoefficientView> view_;
  std::vector<CoefficientBar> bar_;
  std::vector<NumberRow> number_rows_, bar_rows_;
  std::vector<Row> theta_;
  std::vector<MutableRow> theta_bar_;
};

} // namespace nadir
