#pragma once

#include "nadir/grid/grid.hpp"
#include "nadir/grid/slab_exchange.hpp"

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace nadir {

/// The discrete Fourier transform of fields on a distributed grid, by FFTW. In space every rank has
/// a slab of points, in frequencies a part of them in an order of FFTW's own: of use to those who
/// multiply transforms with each other.
class FourierTransform {
 public:
  /// Collective.
  explicit FourierTransform(const Grid& grid);
  ~FourierTransform();
  FourierTransform(const FourierTransform&) = delete;
  FourierTransform& operator=(const FourierTransform&) = delete;

  /// This rank's points in space: first ... first + count - 1 in C order.
  std::int64_t first() const;
  std::int64_t count() const;

  /// Their values, which `forward` turns into frequencies in place, and `backward` back but for the
  /// factor 1/N.
  std::complex<double>* data();
  std::span<std::complex<double>> frequencies();
  void forward();  ///< Collective.
  void backward(); ///< Collective.

 private:
  void make_single_point(const Grid& grid);
  void make_plans(const Grid& grid, const std::vector<std::ptrdiff_t>& n);

  struct Plans;
  std::unique_ptr<Plans> plans_;
};

} // namespace nadir
