// Kernels that know distances alone, once for every instruction set: no #pragma once.
#if defined(NADIR_RADIAL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NADIR_RADIAL_INL
#undef NADIR_RADIAL_INL
#else
#define NADIR_RADIAL_INL
#endif

#include "kernel/vector_math-inl.hpp"

#include "nadir/kernel/radial.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Where neighbours lie in memory.
class Distances {
 public:
  void set(const Strides& stride, const RadialStencil& stencil) {
    if (stride.z == stride_.z && stride.y == stride_.y && !to_.empty()) return;
    stride_ = stride;
    to_.clear();
    for (const auto& o : stencil.offsets) to_.push_back(o[0] * stride.z + o[1] * stride.y + o[2]);
  }
  std::ptrdiff_t operator[](std::size_t j) const { return to_[j]; }

 private:
  Strides stride_;
  std::vector<std::ptrdiff_t> to_;
};

/// phi of every shell.
template<class Profile>
void fill_table(const RadialStencil& stencil, const Profile& profile, const double* shape,
                RadialTable& table) {
  constexpr std::size_t shapes = Profile::shapes;
  table.value.resize(stencil.shells());
  table.slope.resize(shapes);
  for (auto& slope : table.slope) slope.resize(stencil.shells());
  for_lanes(static_cast<int>(stencil.shells()), [&](auto v, int k) HWY_ATTR {
    hn::Vec<decltype(v)> shapes_of_lanes[shapes], slope[shapes];
    for (std::size_t s = 0; s < shapes; ++s) shapes_of_lanes[s] = hn::Set(v, shape[s]);
    const auto at = profile.at(v, shapes_of_lanes);
    const auto value = profile.slopes(v, at, hn::LoadU(v, stencil.square.data() + k), slope);
    hn::StoreU(value, v, table.value.data() + k);
    for (std::size_t s = 0; s < shapes; ++s) hn::StoreU(slope[s], v, table.slope[s].data() + k);
  });
}

/// W_r = theta_0 phi(|r|^2; theta_1, ...). A Profile has
///
///     shapes                          their number
///     at(v, shape)                    what phi needs of the shape, for lanes v
///     value(v, at, square)            phi
///     slopes(v, at, square, slope)    phi, and its derivatives in slope[0 .. shapes - 1]
///
/// Where the shape is the same everywhere, phi is tabulated; W is its transpose then but for
/// theta_0, because shells are symmetric.
template<class Profile> class RadialKernel final : public Kernel {
  static constexpr std::size_t shapes = Profile::shapes;

 public:
  explicit RadialKernel(const RadialStencil& stencil) : stencil_(stencil), profile_(stencil) {
    tabled_.fill(std::numeric_limits<double>::quiet_NaN());
  }

  int coefficients() const override { return 1 + static_cast<int>(shapes); }
  int radius() const override { return stencil_.radius; }
  double flops() const override {
    return static_cast<double>(stencil_.offsets.size() + 2 * stencil_.shells());
  }

  void apply(Row z, const Row* theta, int n, double* HWY_RESTRICT Z) const override {
    near_.set(z.stride, stencil_);
    if (tabulated(theta)) {
      for_lanes(n, [&](auto v, int x) HWY_ATTR {
        const auto sum = weighted(
            v, [&](std::size_t j) HWY_ATTR { return hn::LoadU(v, z.data + x + near_[j]); },
            [&](std::size_t k) HWY_ATTR { return hn::Set(v, table_.value[k]); });
        hn::StoreU(hn::LoadU(v, theta[0].data + x) * sum, v, Z + x);
      });
      return;
    }
    for_lanes(n, [&](auto v, int x) HWY_ATTR {
      const auto at = profile_at(v, theta, x);
      const auto sum = weighted(
          v, [&](std::size_t j) HWY_ATTR { return hn::LoadU(v, z.data + x + near_[j]); },
          [&](std::size_t k)
              HWY_ATTR { return profile_.value(v, at, hn::Set(v, stencil_.square[k])); });
      hn::StoreU(hn::LoadU(v, theta[0].data + x) * sum, v, Z + x);
    });
  }

  void apply_transpose(Row Z_bar, const Row* theta, int n,
                       double* HWY_RESTRICT z_bar) const override {
    transpose(Z_bar, theta, n, z_bar, [](auto v, double* /*to*/) { return hn::Zero(v); });
  }

  void add_transpose(Row Z_bar, const Row* theta, int n,
                     double* HWY_RESTRICT z_bar) const override {
    transpose(Z_bar, theta, n, z_bar, [](auto v, double* to) { return hn::LoadU(v, to); });
  }

  void add_gradient(Row z, const Row* theta, const double* HWY_RESTRICT Z_bar, int n,
                    MutableRow* theta_bar) const override {
    if (std::none_of(theta_bar, theta_bar + 1 + shapes, [](const auto& row) { return row.data; }))
      return;
    near_.set(z.stride, stencil_);
    const bool from_table = tabulated(theta);
    for_lanes(n, [&](auto v, int x) HWY_ATTR {
      hn::Vec<decltype(v)> sum[1 + shapes];
      if (from_table) {
        add_weighted(v, z.data + x, sum, [&](std::size_t k, auto& weight) HWY_ATTR {
          weight[0] = hn::Set(v, table_.value[k]);
          for (std::size_t s = 0; s < shapes; ++s) weight[1 + s] = hn::Set(v, table_.slope[s][k]);
        });
      } else {
        const auto at = profile_at(v, theta, x);
        add_weighted(v, z.data + x, sum, [&](std::size_t k, auto& weight) HWY_ATTR {
          weight[0] = profile_.slopes(v, at, hn::Set(v, stencil_.square[k]), weight + 1);
        });
      }
      const auto g = hn::LoadU(v, Z_bar + x);
      const auto scaled = g * hn::LoadU(v, theta[0].data + x);
      for (std::size_t c = 0; c <= shapes; ++c) {
        double* bar = theta_bar[c].data;
        if (bar) hn::StoreU(fused(c == 0 ? g : scaled, sum[c], hn::LoadU(v, bar + x)), v, bar + x);
      }
    });
  }

 private:
  static bool is_number(const Row& row) { return row.stride.y == 0 && row.stride.z == 0; }

  /// Whether the shape is the same everywhere; then the table is for it.
  bool tabulated(const Row* theta) const {
    for (std::size_t s = 0; s < shapes; ++s)
      if (!is_number(theta[1 + s])) return false;
    bool same = true;
    for (std::size_t s = 0; s < shapes; ++s) same = same && tabled_[s] == theta[1 + s].data[0];
    if (same) return true;
    for (std::size_t s = 0; s < shapes; ++s) tabled_[s] = theta[1 + s].data[0];
    fill_table(stencil_, profile_, tabled_.data(), table_);
    return true;
  }

  template<class Tag> HWY_INLINE auto profile_at(Tag v, const Row* theta, int x) const {
    hn::Vec<Tag> shape[shapes];
    for (std::size_t s = 0; s < shapes; ++s) shape[s] = hn::LoadU(v, theta[1 + s].data + x);
    return profile_.at(v, shape);
  }

  /// The sum over shells k and their neighbours j of weight(k) load(j).
  template<class Tag, class Load, class Weight>
  HWY_INLINE hn::Vec<Tag> weighted(Tag v, Load load, Weight weight) const {
    auto sum = hn::Zero(v);
    for (std::size_t k = 0; k < stencil_.shells(); ++k)
      sum = fused(weight(k), shell_sum(v, k, load), sum);
    return sum;
  }

  template<class Tag, class Load>
  HWY_INLINE hn::Vec<Tag> shell_sum(Tag /*v*/, std::size_t k, Load load) const {
    auto sum = load(stencil_.first[k]);
    for (std::size_t j = stencil_.first[k] + 1; j < stencil_.first[k + 1]; ++j) sum = sum + load(j);
    return sum;
  }

  /// Such sums of z for phi and each of its derivatives.
  template<class Tag, class Weights>
  HWY_INLINE void add_weighted(Tag v, const double* z, hn::Vec<Tag> (&sum)[1 + shapes],
                               Weights weights) const {
    for (auto& each : sum) each = hn::Zero(v);
    hn::Vec<Tag> weight[1 + shapes];
    for (std::size_t k = 0; k < stencil_.shells(); ++k) {
      weights(k, weight);
      const auto shell =
          shell_sum(v, k, [&](std::size_t j) HWY_ATTR { return hn::LoadU(v, z + near_[j]); });
      for (std::size_t c = 0; c <= shapes; ++c) sum[c] = fused(weight[c], shell, sum[c]);
    }
  }

  /// z_bar = start + W^T Z_bar
  template<class Start>
  void transpose(Row Z_bar, const Row* theta, int n, double* HWY_RESTRICT z_bar,
                 Start start) const {
    near_.set(Z_bar.stride, stencil_);
    for (std::size_t c = 0; c <= shapes; ++c)
      if (!is_number(theta[c])) coefficients_near_.set(theta[c].stride, stencil_);
    if (!tabulated(theta)) return transpose_of_fields(Z_bar, theta, n, z_bar, start);
    const bool number = is_number(theta[0]);
    for_lanes(n, [&](auto v, int x) HWY_ATTR {
      const auto phi = [&](std::size_t k) HWY_ATTR { return hn::Set(v, table_.value[k]); };
      const double *g = Z_bar.data + x, *scale = theta[0].data + x;
      auto sum = hn::Zero(v);
      if (number) {
        sum = weighted(
            v, [&](std::size_t j) HWY_ATTR { return hn::LoadU(v, g + near_[j]); }, phi);
        sum = sum * hn::LoadU(v, scale);
      } else {
        sum = weighted(
            v,
            [&](std::size_t j) HWY_ATTR {
              return hn::LoadU(v, scale + coefficients_near_[j]) * hn::LoadU(v, g + near_[j]);
            },
            phi);
      }
      hn::StoreU(start(v, z_bar + x) + sum, v, z_bar + x);
    });
  }

  /// The same where every neighbour has a shape of its own.
  template<class Start>
  void transpose_of_fields(Row Z_bar, const Row* theta, int n, double* HWY_RESTRICT z_bar,
                           Start start) const {
    for_lanes(n, [&](auto v, int x) HWY_ATTR {
      auto sum = hn::Zero(v);
      for (std::size_t k = 0; k < stencil_.shells(); ++k) {
        for (std::size_t j = stencil_.first[k]; j < stencil_.first[k + 1]; ++j) {
          const auto there = [&](const Row& row) HWY_ATTR {
            return hn::LoadU(v, row.data + x + (is_number(row) ? 0 : coefficients_near_[j]));
          };
          hn::Vec<decltype(v)> shape[shapes];
          for (std::size_t s = 0; s < shapes; ++s) shape[s] = there(theta[1 + s]);
          const auto phi = profile_.value(v, profile_.at(v, shape), hn::Set(v, stencil_.square[k]));
          const auto g = hn::LoadU(v, Z_bar.data + x + near_[j]);
          // Beyond the boundaries Z_bar is zero, and so are shapes, which make no phi.
          const auto part = hn::IfThenZeroElse(g == hn::Zero(v), phi * there(theta[0]) * g);
          sum = sum + part;
        }
      }
      hn::StoreU(start(v, z_bar + x) + sum, v, z_bar + x);
    });
  }

  RadialStencil stencil_;
  Profile profile_;
  mutable std::array<double, shapes> tabled_; ///< shape of the table
  mutable RadialTable table_;
  mutable Distances near_, coefficients_near_; ///< in states or Z_bar, and in coefficients
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
