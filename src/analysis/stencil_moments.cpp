#include "nadir/analysis/stencil_moments.hpp"

#include "nadir/analysis/random_matrix.hpp"

#include <cmath>

namespace nadir {

StencilMoments::StencilMoments(int dimension, int radius,
                               const std::array<double, max_dimension>& spacing)
    : dimension_(dimension), spacing_(spacing) {
  for (int i = -radius; i <= radius; ++i) x_.push_back(static_cast<double>(i) / radius);
}

std::vector<double> StencilMoments::moments(std::span<const double> weights) const {
  return along_axes(weights, Way::to_moments);
}

std::vector<double> StencilMoments::weights(std::span<const double> moments) const {
  return along_axes(moments, Way::to_weights);
}

/// Maps every line of every axis.
std::vector<double> StencilMoments::along_axes(std::span<const double> from, Way way) const {
  std::vector<double> values(from.begin(), from.end()), line(x_.size());
  const double radius = static_cast<double>(x_.size() - 1) / 2;
  std::size_t stride = 1;
  for (int axis = max_dimension - 1; axis >= max_dimension - dimension_; --axis) {
    const double reach = radius * spacing_[static_cast<std::size_t>(axis)];
    for (std::size_t first = 0; first < values.size(); ++first) {
      if (first / stride % x_.size() != 0) continue; // not the first of a line
      for (std::size_t i = 0; i < line.size(); ++i) line[i] = values[first + i * stride];
      if (way == Way::to_moments)
        to_moments(line, reach);
      else
        to_weights(line, reach);
      for (std::size_t i = 0; i < line.size(); ++i) values[first + i * stride] = line[i];
    }
    stride *= x_.size();
  }
  return values;
}

/// One order after the other.
void StencilMoments::to_moments(std::vector<double>& line, double reach) const {
  std::vector<double> products = line;
  double scale = 1;
  for (double& moment : line) {
    double sum = 0;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      sum += products[i];
      products[i] *= x_[i];
    }
    moment = scale * sum;
    scale *= reach;
  }
}

void StencilMoments::to_weights(std::vector<double>& line, double reach) const {
  double scale = 1;
  for (double& moment : line) {
    moment /= scale;
    scale *= reach;
  }
  const std::size_t n = line.size() - 1;
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = n; i > k; --i) line[i] -= x_[k] * line[i - 1];
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t i = k + 1; i <= n; ++i) line[i] /= x_[i] - x_[i - k - 1];
    for (std::size_t i = k; i < n; ++i) line[i] -= line[i + 1];
  }
}

double StencilMoments::condition() const {
  std::vector<double> matrix;
  for (std::size_t k = 0; k < x_.size(); ++k)
    for (const double x : x_) matrix.push_back(std::pow(x, static_cast<double>(k)));
  const auto n = static_cast<std::int64_t>(x_.size());
  const std::vector<double> values = singular_values_of(matrix, n, n);
  return std::pow(values.front() / values.back(), dimension_);
}

} // namespace nadir
