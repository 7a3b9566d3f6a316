#include "nadir/kernel/adr.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/families/adr.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include "base/lanes-inl.hpp"
#include "kernel/adr_stencil-inl.hpp"
#include "kernel/moment_parameters.hpp"

#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace {

/// The values of a field around the lanes from one point on.
template<class Tag> struct ValuesAt {
  Tag v;
  const double* center;
  Strides stride;
  HWY_INLINE hn::Vec<Tag> operator()(int oz, int oy, int ox) const {
    return hn::LoadU(v, center + (oz * stride.z + oy * stride.y + ox));
  }
};

/// The products theta * g around them.
template<class Tag> struct ProductsAt {
  ValuesAt<Tag> theta, g;
  HWY_INLINE hn::Vec<Tag> operator()(int oz, int oy, int ox) const {
    return theta(oz, oy, ox) * g(oz, oy, ox);
  }
};

template<int d, DiffusionTensor tensor> class AdrKernel final : public Kernel {
  using StencilTable = AdrDifferences<d, tensor>;
  static constexpr int count = StencilTable::count;
  static_assert(count <= max_coefficients);
  using Indices = std::make_integer_sequence<int, count>;
  using Rows = std::array<Row, count>;
  using MutableRows = std::array<MutableRow, count>;

 public:
  explicit AdrKernel(const Factors& factors) : s_(factors) {}

  int coefficients() const override { return count; }
  int radius() const override { return 1; }
  double flops() const override { return StencilTable::flops() + 2 * count; }

  void apply(Row z, const Row* theta, int n, double* HWY_RESTRICT Z) const override {
    const auto rows = copy<Rows>(theta);
    const Factors& s = s_;
    for_lanes(n, [&](auto v, int x) HWY_ATTR {
      const ValuesAt<decltype(v)> at{v, z.data + x, z.stride};
      hn::StoreU(value(v, at, rows, x, s, Indices{}), v, Z + x);
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

  void add_gradient(Row z, const Row* /*theta*/, const double* HWY_RESTRICT Z_bar, int n,
                    MutableRow* theta_bar) const override {
    const auto rows = copy<MutableRows>(theta_bar);
    const Factors& s = s_;
    for_lanes(n, [&](auto v, int x) HWY_ATTR {
      const ValuesAt<decltype(v)> at{v, z.data + x, z.stride};
      add_products(v, at, hn::LoadU(v, Z_bar + x), rows, x, s, Indices{});
    });
  }

 private:
  template<class Copy, class R> static Copy copy(const R* from) {
    Copy rows;
    for (std::size_t c = 0; c < rows.size(); ++c) rows[c] = from[c];
    return rows;
  }

  /// z_bar = start + W^T Z_bar
  template<class Start>
  void transpose(Row Z_bar, const Row* theta, int n, double* HWY_RESTRICT z_bar,
                 Start start) const {
    const auto rows = copy<Rows>(theta);
    const Factors& s = s_;
    for_lanes(n, [&](auto v, int x) HWY_ATTR {
      const ValuesAt<decltype(v)> g{v, Z_bar.data + x, Z_bar.stride};
      hn::StoreU(start(v, z_bar + x) + transposed(v, g, rows, x, s, Indices{}), v, z_bar + x);
    });
  }

  /// z + sum_c theta_c (delta_c z)
  template<class Tag, int... c>
  static HWY_INLINE hn::Vec<Tag> value(Tag v, const ValuesAt<Tag>& z, const Rows& theta, int x,
                                       const Factors& s, std::integer_sequence<int, c...>) {
    auto sum = z(0, 0, 0);
    ((sum = fused(hn::LoadU(v, theta[c].data + x), StencilTable::template difference<c>(v, z, s),
                  sum)),
     ...);
    return sum;
  }

  /// g + sum_c delta_c^T (theta_c g)
  template<class Tag, int... c>
  static HWY_INLINE hn::Vec<Tag> transposed(Tag v, const ValuesAt<Tag>& g, const Rows& theta, int x,
                                            const Factors& s, std::integer_sequence<int, c...>) {
    auto sum = g(0, 0, 0);
    const auto add = [&]<int k>(std::integral_constant<int, k>) HWY_ATTR {
      const ProductsAt<Tag> product{{v, theta[k].data + x, theta[k].stride}, g};
      const auto difference = StencilTable::template difference<k>(v, product, s);
      sum = StencilTable::antisymmetric(k) ? sum - difference : sum + difference;
    };
    (add(std::integral_constant<int, c>{}), ...);
    return sum;
  }

  /// theta_bar_c += g (delta_c z)
  template<class Tag, int... c>
  static HWY_INLINE void add_products(Tag v, const ValuesAt<Tag>& z, hn::Vec<Tag> g,
                                      const MutableRows& theta_bar, int x, const Factors& s,
                                      std::integer_sequence<int, c...>) {
    const auto add = [&]<int k>(std::integral_constant<int, k>) HWY_ATTR {
      if (!theta_bar[k].data) return;
      double* sum = theta_bar[k].data + x;
      hn::StoreU(fused(g, StencilTable::template difference<k>(v, z, s), hn::LoadU(v, sum)), v,
                 sum);
    };
    (add(std::integral_constant<int, c>{}), ...);
  }

  Factors s_;
};

template<int d> Kernel* make_in_dimension(DiffusionTensor tensor, const Factors& s) {
  switch (tensor) {
  case DiffusionTensor::diagonal:
    return new AdrKernel<d, DiffusionTensor::diagonal>(s);
  case DiffusionTensor::full:
    return new AdrKernel<d, DiffusionTensor::full>(s);
  case DiffusionTensor::isotropic:
    break;
  }
  return new AdrKernel<d, DiffusionTensor::isotropic>(s);
}

/// The caller owns it.
Kernel* new_adr_kernel(int dimension, DiffusionTensor tensor,
                       const std::array<double, max_dimension>& spacing) {
  const Factors s(spacing);
  if (dimension == 1) return make_in_dimension<1>(DiffusionTensor::isotropic, s);
  if (dimension == 2) return make_in_dimension<2>(tensor, s);
  return make_in_dimension<3>(tensor, s);
}

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {

HWY_EXPORT(new_adr_kernel);

std::unique_ptr<Kernel> make_adr_kernel(int dimension, DiffusionTensor tensor,
                                        const std::array<double, max_dimension>& spacing) {
  return std::unique_ptr<Kernel>(HWY_DYNAMIC_DISPATCH(new_adr_kernel)(dimension, tensor, spacing));
}

KernelFamily adr_family() {
  return {.name = "adr",
          .text = "`W = 1 + R - U·∇ + D:∇∇` by central differences",
          .place = 10,
          .options = {diffusion_tensor_option()},
          .parameters = {reaction_parameter(), advection_parameter(), diffusion_parameter()},
          .radius = [](const KernelTerm&) { return 1; },
          .galerkin = true,
          .table =
              [](const KernelTerm& term, int dimension,
                 const std::array<double, max_dimension>& spacing) {
                return moment_stencil_table(term.tensor(), 2, dimension, spacing);
              },
          .make =
              [](const KernelTerm& term, int dimension,
                 const std::array<double, max_dimension>& spacing) {
                return make_adr_kernel(dimension, term.tensor(), spacing);
              }};
}

} // namespace nadir
#endif
