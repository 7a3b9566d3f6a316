#include "nadir/network/convolution_operator.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

/// a -> a b, or a conj(b).
void multiply_spectra(std::span<std::complex<double>> a, const std::vector<std::complex<double>>& b,
                      bool conjugate) {
  const double sign = conjugate ? -1.0 : 1.0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double re = b[k].real(), im = sign * b[k].imag();
    a[k] = {a[k].real() * re - a[k].imag() * im, a[k].real() * im + a[k].imag() * re};
  }
}

} // namespace

ConvolutionOperator::ConvolutionOperator(const Grid& grid, const StencilTable& table)
    : grid_(grid), table_(table), layout_(grid, table.radius), fourier_(grid),
      exchange_(grid, fourier_.first(), fourier_.count()), slopes_(table.coefficients),
      z_(fourier_.frequencies().size()), convolved_(layout_) {}

void ConvolutionOperator::set_coefficients(const LayerCoefficients& coefficients) {
  std::vector<double> theta;
  for (std::size_t c = 0; c < table_.coefficients; ++c)
    theta.push_back(coefficients.theta[c].number);
  if (theta == theta_) return;
  theta_ = std::move(theta);
  kernel_.reset();
  for (auto& slope : slopes_) slope.reset();
}

/// (W z)_i = sum_o w_o z_{i+o} is the convolution with w at -o.
void ConvolutionOperator::transform(std::span<const double> weights, bool identity,
                                    Spectrum& spectrum) {
  std::complex<double>* data = fourier_.data();
  std::fill_n(data, fourier_.count(), 0.0);
  const double points = static_cast<double>(grid_.points());
  const auto add = [&](const std::array<int, max_dimension>& offset, double weight) {
    std::int64_t at = 0;
    for (std::size_t a = 0; a < offset.size(); ++a) {
      const std::int64_t n = grid_.shape()[a];
      at = at * n + ((-offset[a]) % n + n) % n;
    }
    if (at >= fourier_.first() && at < fourier_.first() + fourier_.count())
      data[at - fourier_.first()] += weight / points;
  };
  if (identity) add({0, 0, 0}, 1.0);
  for (std::size_t t = 0; t < weights.size(); ++t)
    for (const StencilEntry& neighbour : table_.terms[t])
      add(neighbour.offset, weights[t] * neighbour.weight);
  fourier_.forward();
  const auto frequencies = fourier_.frequencies();
  spectrum.assign(frequencies.begin(), frequencies.end());
}

const ConvolutionOperator::Spectrum& ConvolutionOperator::kernel_spectrum() {
  if (!kernel_) transform(table_.weights_of(theta_), table_.identity, kernel_.emplace());
  return *kernel_;
}

const ConvolutionOperator::Spectrum& ConvolutionOperator::slope_spectrum(std::size_t c) {
  if (!slopes_[c]) transform(table_.slopes_of(theta_, c), false, slopes_[c].emplace());
  return *slopes_[c];
}

void ConvolutionOperator::apply(double* z, double* Z, GhostValue /*beyond*/) {
  const Spectrum& kernel = kernel_spectrum();
  exchange_.to_slab(layout_, z, fourier_.data());
  fourier_.forward();
  multiply_spectra(fourier_.frequencies(), kernel, false);
  fourier_.backward();
  exchange_.to_box(fourier_.data(), layout_, Z);
}

void ConvolutionOperator::apply_transpose(const double* Z_bar, double* z_bar) {
  const Spectrum& kernel = kernel_spectrum();
  exchange_.to_slab(layout_, Z_bar, fourier_.data());
  fourier_.forward();
  multiply_spectra(fourier_.frequencies(), kernel, true);
  fourier_.backward();
  exchange_.to_box(fourier_.data(), layout_, z_bar);
}

void ConvolutionOperator::add_gradient(const double* z, const double* Z_bar,
                                       const LayerGradient& bar) {
  std::vector<std::size_t> wanted;
  for (std::size_t c = 0; c < table_.coefficients; ++c)
    if (bar.theta[c].sum) wanted.push_back(c);
  for (const std::size_t c : wanted) slope_spectrum(c);
  if (wanted.empty()) return;
  exchange_.to_slab(layout_, z, fourier_.data());
  fourier_.forward();
  std::ranges::copy(fourier_.frequencies(), z_.begin());
  for (const std::size_t c : wanted) {
    std::ranges::copy(z_, fourier_.frequencies().begin());
    multiply_spectra(fourier_.frequencies(), *slopes_[c], false);
    fourier_.backward();
    exchange_.to_box(fourier_.data(), layout_, convolved_.data());
    for_owned_rows(layout_, convolved_.data(), [&](double* row, std::int64_t n) {
      bar.theta[c].sum->add_products(row, Z_bar + (row - convolved_.data()), n);
    });
  }
}

double ConvolutionOperator::flops() const {
  constexpr double per_transform = 5; // times log2 N: complex
  return 2 * per_transform * std::log2(static_cast<double>(grid_.points())) + 6;
}

} // namespace nadir
