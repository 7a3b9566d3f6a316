#include "nadir/kernel/band_matrix.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

void subtract_row(double factor, const double* other, std::int64_t count, double* row) {
  if (factor == 0) return;
  for (std::int64_t k = 0; k < count; ++k) row[k] -= factor * other[k];
}

void scale_row(double factor, std::int64_t count, double* row) {
  for (std::int64_t k = 0; k < count; ++k) row[k] *= factor;
}

} // namespace

BandMatrix::BandMatrix(std::int64_t points, int width, bool wraps)
    : points_(points), width_(width),
      banded_(wraps ? std::max<std::int64_t>(0, points - width) : points),
      band_(static_cast<std::size_t>(banded_ * (width_ + 1))),
      border_(static_cast<std::size_t>((points_ - banded_) * points_)),
      inverse_(static_cast<std::size_t>(points_)) {}

void BandMatrix::add(std::int64_t i, std::int64_t j, double value) {
  if (j <= i) entry(i, j) += value;
}

void BandMatrix::factorise() {
  // The whole rows fade away from their ends: what counts for nothing is left out.
  constexpr double nothing = 1e-40;
  for (std::int64_t i = 0; i < points_; ++i) {
    const std::int64_t first = first_column(i);
    for (std::int64_t j = first; j <= i; ++j) {
      double sum = entry(i, j);
      for (std::int64_t k = std::max(first, first_column(j)); k < j; ++k)
        sum -= entry(i, k) * entry(j, k);
      if (j == i) {
        inverse_[static_cast<std::size_t>(i)] = 1 / std::sqrt(sum);
      } else {
        sum *= inverse_[static_cast<std::size_t>(j)];
        entry(i, j) = std::abs(sum) < nothing ? 0.0 : sum;
      }
    }
  }
}

void BandMatrix::solve(double* lines, std::int64_t count) const {
  for (std::int64_t i = 0; i < points_; ++i) {
    for (std::int64_t j = first_column(i); j < i; ++j)
      subtract_row(entry(i, j), lines + j * count, count, lines + i * count);
    scale_row(inverse_[static_cast<std::size_t>(i)], count, lines + i * count);
  }
  for (std::int64_t i = points_ - 1; i >= 0; --i) {
    scale_row(inverse_[static_cast<std::size_t>(i)], count, lines + i * count);
    for (std::int64_t j = first_column(i); j < i; ++j)
      subtract_row(entry(i, j), lines + i * count, count, lines + j * count);
  }
}

void multiply_neighbours(double at_point, double at_neighbour, bool wraps, std::int64_t points,
                         double* lines, std::int64_t count, double* scratch) {
  double *first = scratch, *before = scratch + count, *here = scratch + 2 * count;
  const auto row = [&](std::int64_t i) { return lines + i * count; };
  std::copy_n(row(0), count, first);
  std::copy_n(row(wraps ? points - 1 : 0), count, before);
  for (std::int64_t i = 0; i < points; ++i) {
    std::copy_n(row(i), count, here);
    const double* after = i + 1 < points ? row(i + 1) : wraps ? first : here;
    for (std::int64_t k = 0; k < count; ++k)
      row(i)[k] = at_point * here[k] + at_neighbour * (before[k] + after[k]);
    std::swap(before, here);
  }
}

} // namespace nadir
