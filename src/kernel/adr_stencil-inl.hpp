// The differences of the adr family, once for every instruction set: no #pragma once.
#if defined(NADIR_ADR_DIFFERENCES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NADIR_ADR_DIFFERENCES_INL
#undef NADIR_ADR_DIFFERENCES_INL
#else
#define NADIR_ADR_DIFFERENCES_INL
#endif

#include "base/lanes-inl.hpp"

#include "nadir/base/box.hpp"
#include "nadir/kernel/kernel_spec.hpp"

#include <array>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// What differences are multiplied with, per axis, slowest first.
struct Factors {
  using PerAxis = std::array<double, max_dimension>;
  PerAxis first;                            ///< 1 / (2 Delta_a)
  PerAxis second;                           ///< 1 / Delta_a^2
  std::array<PerAxis, max_dimension> mixed; ///< 1 / (2 Delta_a Delta_b)

  explicit Factors(const PerAxis& spacing) {
    for (std::size_t a = 0; a < first.size(); ++a) {
      const double s = 1.0 / spacing[a];
      first[a] = 0.5 * s;
      second[a] = s * s;
      for (std::size_t b = 0; b < first.size(); ++b) mixed[a][b] = 0.5 * s * (1.0 / spacing[b]);
    }
  }
};

/// The differences of W = 1 + R - U.grad + D:grad grad (theory, section 4, eq. (16)): central,
/// second order, on a uniform grid of `d` axes. Pointwise: `z(oz, oy, ox)` gives the values at an
/// offset of 0 or +-1 per axis, in vectors of tag `v`. Coefficients in the order R, U_a by axis, D
/// upper triangle by rows (yy, yx, xx).
template<int d, DiffusionTensor tensor> struct AdrDifferences {
  static constexpr int tensor_components = tensor == DiffusionTensor::isotropic  ? 1
                                           : tensor == DiffusionTensor::diagonal ? d
                                                                                 : d * (d + 1) / 2;
  static constexpr int count = 1 + d + tensor_components;

  /// delta_c of z.
  template<int c, class Tag, class Values>
  static HWY_INLINE hn::Vec<Tag> difference(Tag v, const Values& z, const Factors& s) {
    if constexpr (c == 0) {
      return z(0, 0, 0);
    } else if constexpr (c <= d) {
      return hn::Neg(first<axis(c - 1)>(v, z, s));
    } else if constexpr (tensor == DiffusionTensor::isotropic) {
      return laplacian(v, z, s);
    } else if constexpr (tensor == DiffusionTensor::diagonal) {
      return second<axis(c - 1 - d)>(v, z, s);
    } else {
      constexpr auto pair = tensor_axes(c - 1 - d);
      if constexpr (pair.first == pair.second) {
        return second<pair.first>(v, z, s);
      } else {
        return mixed<pair.first, pair.second>(v, z, s);
      }
    }
  }

  /// Operations of all delta_c: two of a first difference, five of a second, six of a mixed one.
  static constexpr int flops() {
    const int mixed = tensor == DiffusionTensor::full ? tensor_components - d : 0;
    const int sums = tensor == DiffusionTensor::isotropic ? d - 1 : 0;
    return 2 * d + 5 * d + sums + 6 * mixed;
  }

  /// delta_c^T = +-delta_c: a first difference is antisymmetric, all others symmetric.
  static constexpr bool antisymmetric(int c) { return c >= 1 && c <= d; }

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

  template<int a, class Values> static HWY_INLINE auto shifted(const Values& z, int o) {
    return z(a == 0 ? o : 0, a == 1 ? o : 0, a == 2 ? o : 0);
  }
  template<int a, int b, class Values>
  static HWY_INLINE auto shifted(const Values& z, int o, int p) {
    return z((a == 0 ? o : 0) + (b == 0 ? p : 0), (a == 1 ? o : 0) + (b == 1 ? p : 0),
             (a == 2 ? o : 0) + (b == 2 ? p : 0));
  }

  /// Central d/dq_a.
  template<int a, class Tag, class Values>
  static HWY_INLINE hn::Vec<Tag> first(Tag v, const Values& z, const Factors& s) {
    return (shifted<a>(z, 1) - shifted<a>(z, -1)) * hn::Set(v, s.first[a]);
  }
  /// z_+ - 2 z + z_-
  template<int a, class Tag, class Values>
  static HWY_INLINE hn::Vec<Tag> curvature(Tag v, const Values& z) {
    return fused(hn::Set(v, -2.0), z(0, 0, 0), shifted<a>(z, 1) + shifted<a>(z, -1));
  }
  /// Central d^2/dq_a^2.
  template<int a, class Tag, class Values>
  static HWY_INLINE hn::Vec<Tag> second(Tag v, const Values& z, const Factors& s) {
    return curvature<a>(v, z) * hn::Set(v, s.second[a]);
  }
  /// 2 d^2/dq_a dq_b: D_ab stands twice in D:grad grad.
  template<int a, int b, class Tag, class Values>
  static HWY_INLINE hn::Vec<Tag> mixed(Tag v, const Values& z, const Factors& s) {
    const auto same = shifted<a, b>(z, 1, 1) + shifted<a, b>(z, -1, -1);
    const auto opposite = shifted<a, b>(z, 1, -1) + shifted<a, b>(z, -1, 1);
    return (same - opposite) * hn::Set(v, s.mixed[a][b]);
  }
  template<class Tag, class Values>
  static HWY_INLINE hn::Vec<Tag> laplacian(Tag v, const Values& z, const Factors& s) {
    auto sum = second<max_dimension - 1>(v, z, s);
    if constexpr (d > 1) sum = fused(curvature<1>(v, z), hn::Set(v, s.second[1]), sum);
    if constexpr (d > 2) sum = fused(curvature<0>(v, z), hn::Set(v, s.second[0]), sum);
    return sum;
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
