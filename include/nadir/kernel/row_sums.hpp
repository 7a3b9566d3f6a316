#pragma once

namespace nadir {

/// Sums of rows of n points by the best instruction set of this machine, the same bits with every
/// one; `to` overlaps none of the others.
struct RowSums {
  static constexpr int most = 4;
  /// to = sum of factor_t row_t over `count` <= most rows, and to += the same.
  void (*set)(int count, const double* const* rows, const double* factors, int n, double* to);
  void (*add)(int count, const double* const* rows, const double* factors, int n, double* to);
  /// to += factor a b, point by point.
  void (*add_product)(double factor, const double* a, const double* b, int n, double* to);
};

RowSums row_sums();

} // namespace nadir
