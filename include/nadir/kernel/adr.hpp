#pragma once

#include "nadir/kernel/kernel.hpp"

#include <utility>

namespace nadir {

/// 1 / Delta_a per axis, slowest first.
using InverseSpacing = std::array<double, max_dimension>;

/// The differences of W = 1 + R - U.grad + D:grad grad (theory, section 4, eq. (16)): central,
/// second order, on a uniform grid of `d` axes. Pointwise: `z(oz, oy, ox)` gives the value at an
/// offset of 0 or +-1 per axis. Coefficients in the order R, U_a by axis, D upper triangle by rows
/// (yy, yx, xx).
template<int d, DiffusionTensor tensor> struct AdrDifferences {
  static constexpr int tensor_components = tensor == DiffusionTensor::isotropic  ? 1
                                           : tensor == DiffusionTensor::diagonal ? d
                                                                                 : d * (d + 1) / 2;
  static constexpr int count = 1 + d + tensor_components;

  /// delta_c of z, without its scale factor's sign being changed by transposition: see parity.
  template<int c, class Values> static double difference(const Values& z, const InverseSpacing& s) {
    if constexpr (c == 0) {
      return z(0, 0, 0);
    } else if constexpr (c <= d) {
      return -first<axis(c - 1)>(z, s);
    } else if constexpr (tensor == DiffusionTensor::isotropic) {
      return laplacian(z, s, std::make_integer_sequence<int, d>{});
    } else if constexpr (tensor == DiffusionTensor::diagonal) {
      return second<axis(c - 1 - d)>(z, s);
    } else {
      constexpr auto pair = tensor_axes(c - 1 - d);
      if constexpr (pair.first == pair.second) {
        return second<pair.first>(z, s);
      } else {
        return mixed<pair.first, pair.second>(z, s);
      }
    }
  }

  /// delta_c^T = parity delta_c: a first difference is antisymmetric, all others symmetric.
  static constexpr double parity(int c) { return c >= 1 && c <= d ? -1.0 : 1.0; }

 private:
  /// The a-th axis in use among the three.
  static constexpr int axis(int a) { return a + max_dimension - d; }

  /// (a, b) of component k of the upper triangle by rows.
  static constexpr std::pair<int, int> tensor_axes(int k) {
    for (int a = 0; a < d; ++a) {
      if (k < d - a) return {axis(a), axis(a + k)};
      k -= d - a;
    }
    return {0, 0};
  }

  template<int a, class Values> static double shifted(const Values& z, int o) {
    return z(a == 0 ? o : 0, a == 1 ? o : 0, a == 2 ? o : 0);
  }
  template<int a, int b, class Values> static double shifted(const Values& z, int o, int p) {
    const auto offset = [&](int e) { return (a == e ? o : 0) + (b == e ? p : 0); };
    return z(offset(0), offset(1), offset(2));
  }

  /// Central d/dq_a.
  template<int a, class Values> static double first(const Values& z, const InverseSpacing& s) {
    return (shifted<a>(z, 1) - shifted<a>(z, -1)) * (0.5 * s[a]);
  }
  /// Central d^2/dq_a^2.
  template<int a, class Values> static double second(const Values& z, const InverseSpacing& s) {
    return ((shifted<a>(z, 1) + shifted<a>(z, -1)) - 2.0 * z(0, 0, 0)) * (s[a] * s[a]);
  }
  /// 2 d^2/dq_a dq_b: D_ab stands twice in D:grad grad.
  template<int a, int b, class Values>
  static double mixed(const Values& z, const InverseSpacing& s) {
    const double same = shifted<a, b>(z, 1, 1) + shifted<a, b>(z, -1, -1);
    const double opposite = shifted<a, b>(z, 1, -1) + shifted<a, b>(z, -1, 1);
    return (same - opposite) * (0.5 * s[a] * s[b]);
  }
  template<class Values, int... a>
  static double laplacian(const Values& z, const InverseSpacing& s,
                          std::integer_sequence<int, a...>) {
    return (second<axis(a)>(z, s) + ...);
  }
};

/// The adr family in `dimension` axes.
std::unique_ptr<Kernel> make_adr_kernel(int dimension, DiffusionTensor tensor,
                                        const std::array<double, max_dimension>& spacing);

} // namespace nadir
