#pragma once

#include "nadir/base/box.hpp"

#include <array>
#include <span>
#include <vector>

namespace nadir {

/// The weights of a full stencil of radius r and its moments of the orders 0..2r per axis: one
/// tells the other (theory, section 3). Along each axis the map is a Vandermonde matrix of the
/// offsets,
///
///     W_k = (r Delta)^k sum_i x_i^k W_i ,   x_i = i/r ,  i = -r..r
///
/// Weights and moments in C order, slowest axis first, (2r+1)^d of each. Source of the inverse:
/// A. Bjorck, V. Pereyra, Math. Comp. 24, 1970.
class StencilMoments {
 public:
  /// `spacing` per axis, slowest first, unused axes ignored.
  StencilMoments(int dimension, int radius, const std::array<double, max_dimension>& spacing);

  std::vector<double> moments(std::span<const double> weights) const;
  std::vector<double> weights(std::span<const double> moments) const;

  /// By how much the map may enlarge relative errors, in the 2-norm, moments being measured in
  /// powers of r Delta: 1e4 per axis at r = 5, 1e7 at r = 8.
  double condition() const;

 private:
  enum class Way { to_moments, to_weights };
  std::vector<double> along_axes(std::span<const double> from, Way way) const;
  void to_moments(std::vector<double>& line, double reach) const;
  void to_weights(std::vector<double>& line, double reach) const;

  int dimension_;
  std::array<double, max_dimension> spacing_;
  std::vector<double> x_; ///< offsets over the radius
};

} // namespace nadir
