#pragma once

#include "nadir/grid/fourier_transform.hpp"
#include "nadir/grid/slab_exchange.hpp"
#include "nadir/kernel/stencil_table.hpp"
#include "nadir/network/kernel_operator.hpp"

#include <complex>
#include <optional>
#include <vector>

namespace nadir {

/// A kernel that is the same at all points of a closed grid: a convolution, by Fourier transforms.
/// Its cost does not know the kernel's radius. Rounded otherwise than sweeps, and otherwise on
/// other numbers of ranks.
class ConvolutionOperator final : public KernelOperator {
 public:
  /// For the kernel of a table on a grid that is periodic along all axes. The grid must outlive
  /// this. Collective.
  ConvolutionOperator(const Grid& grid, const StencilTable& table);

  const Layout& state_layout() const override { return layout_; }
  /// Numbers, all of them.
  void set_coefficients(const LayerCoefficients& coefficients) override;
  void apply(double* z, double* Z, GhostValue beyond) override;
  void apply_transpose(const double* Z_bar, double* z_bar) override;
  void add_gradient(const double* z, const double* Z_bar, const LayerGradient& bar) override;
  double flops() const override;

  /// Bytes of its arrays on a rank with so many points, for a kernel of so many coefficients.
  static double bytes(double owned, double coefficients) {
    constexpr double complex = 16, spectra = 3, reals = 4;
    return owned * (complex * (spectra + coefficients) + sizeof(double) * reals);
  }

 private:
  using Spectrum = std::vector<std::complex<double>>;

  void transform(std::span<const double> weights, bool identity, Spectrum& spectrum);
  const Spectrum& kernel_spectrum();
  const Spectrum& slope_spectrum(std::size_t c);

  const Grid& grid_;
  StencilTable table_;
  Layout layout_;
  FourierTransform fourier_;
  SlabExchange exchange_;
  std::vector<double> theta_;
  std::optional<Spectrum> kernel_;              ///< of theta_, over the number of points, once made
  std::vector<std::optional<Spectrum>> slopes_; ///< of its derivatives, likewise
  Spectrum z_;
  Field convolved_;
};

} // namespace nadir
