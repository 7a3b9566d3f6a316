#include "nadir/kernel/coefficient_rows.hpp"

#include <algorithm>

namespace nadir {

CoefficientRows::CoefficientRows(std::size_t theta_count)
    : theta_count_(theta_count), view_(theta_count + 2), bar_(theta_count + 2),
      number_rows_(theta_count + 2), bar_rows_(theta_count + 2), theta_(theta_count),
      theta_bar_(theta_count) {}

void CoefficientRows::set_coefficients(const LayerCoefficients& coefficients) {
  std::copy_n(coefficients.theta.begin(), theta_count_, view_.begin());
  view_[b()] = coefficients.b;
  view_[omega()] = coefficients.omega;
  for (std::size_t slot = 0; slot < view_.size(); ++slot) {
    // Layers that share a number find it in place.
    if (!view_[slot].field && number_rows_[slot][0] != view_[slot].number)
      number_rows_[slot].fill(view_[slot].number);
  }
}

void CoefficientRows::set_gradient(const LayerGradient& bar) {
  std::copy_n(bar.theta.begin(), theta_count_, bar_.begin());
  bar_[b()] = bar.b;
  bar_[omega()] = bar.omega;
}

MutableRow CoefficientRows::bar(std::size_t slot, const RowPlace& at, int n) {
  const CoefficientBar& bar = bar_[slot];
  if (bar.field) return {bar.field + at.z * bar.stride.z + at.y * bar.stride.y + at.x, bar.stride};
  if (!bar.sum) return {};
  std::fill_n(bar_rows_[slot].data(), n, 0.0);
  return {bar_rows_[slot].data(), {}};
}

MutableRow* CoefficientRows::theta_bar(const RowPlace& at, int n) {
  for (std::size_t c = 0; c < theta_count_; ++c) theta_bar_[c] = bar(c, at, n);
  return theta_bar_.data();
}

void CoefficientRows::add_sums(int n, std::size_t slots) {
  for (std::size_t slot = 0; slot < slots; ++slot)
    if (bar_[slot].sum) bar_[slot].sum->add(bar_rows_[slot].data(), n);
}

} // namespace nadir
