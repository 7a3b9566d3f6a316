#include "nadir/kernel/adr.hpp"

#include <type_traits>

namespace nadir {
namespace {

/// The values of a field around one point.
struct ValuesAt {
  const double* center;
  Strides stride;
  double operator()(int oz, int oy, int ox) const {
    return center[oz * stride.z + oy * stride.y + ox];
  }
};

/// The products theta * g around one point.
struct ProductsAt {
  ValuesAt theta, g;
  double operator()(int oz, int oy, int ox) const { return theta(oz, oy, ox) * g(oz, oy, ox); }
};

template<int c> using Index = std::integral_constant<int, c>;

/// Calls use(Index<0>), ..., use(Index<count - 1>).
template<int count, class Use> void for_each_index(Use use) {
  [&]<int... c>(std::integer_sequence<int, c...>) { (use(Index<c>{}), ...); }
  (std::make_integer_sequence<int, count>{});
}

template<int d, DiffusionTensor tensor> class AdrKernel final : public Kernel {
  using Differences = AdrDifferences<d, tensor>;
  static constexpr int count = Differences::count;
  static_assert(count <= max_coefficients);

 public:
  explicit AdrKernel(const InverseSpacing& inverse_spacing) : s_(inverse_spacing) {}

  int coefficients() const override { return count; }

  void apply(Row z, const Row* theta, int n, double* __restrict Z) const override {
    const auto rows = copy(theta);
    const InverseSpacing s = s_;
    for (int x = 0; x < n; ++x) {
      const ValuesAt at{z.data + x, z.stride};
      double sum = z.data[x];
      for_each_index<count>([&]<int c>(Index<c>) {
        sum += rows[c].data[x] * Differences::template difference<c>(at, s);
      });
      Z[x] = sum;
    }
  }

  void apply_transpose(Row Z_bar, const Row* theta, int n,
                       double* __restrict z_bar) const override {
    const auto rows = copy(theta);
    const InverseSpacing s = s_;
    for (int x = 0; x < n; ++x) {
      const ValuesAt g{Z_bar.data + x, Z_bar.stride};
      double sum = Z_bar.data[x];
      for_each_index<count>([&]<int c>(Index<c>) {
        const ProductsAt product{{rows[c].data + x, rows[c].stride}, g};
        sum += Differences::parity(c) * Differences::template difference<c>(product, s);
      });
      z_bar[x] = sum;
    }
  }

  void add_gradient(Row z, const double* __restrict Z_bar, int n,
                    MutableRow* theta_bar) const override {
    const InverseSpacing s = s_;
    for_each_index<count>([&]<int c>(Index<c>) {
      double* __restrict out = theta_bar[c].data;
      for (int x = 0; x < n; ++x) {
        out[x] += Z_bar[x] * Differences::template difference<c>(ValuesAt{z.data + x, z.stride}, s);
      }
    });
  }

 private:
  static std::array<Row, count> copy(const Row* theta) {
    std::array<Row, count> rows;
    for (std::size_t c = 0; c < rows.size(); ++c) rows[c] = theta[c];
    return rows;
  }

  InverseSpacing s_;
};

template<int d>
std::unique_ptr<Kernel> make_in_dimension(DiffusionTensor tensor, const InverseSpacing& s) {
  switch (tensor) {
  case DiffusionTensor::diagonal:
    return std::make_unique<AdrKernel<d, DiffusionTensor::diagonal>>(s);
  case DiffusionTensor::full:
    return std::make_unique<AdrKernel<d, DiffusionTensor::full>>(s);
  case DiffusionTensor::isotropic:
    break;
  }
  return std::make_unique<AdrKernel<d, DiffusionTensor::isotropic>>(s);
}

} // namespace

std::unique_ptr<Kernel> make_adr_kernel(int dimension, DiffusionTensor tensor,
                                        const std::array<double, max_dimension>& spacing) {
  InverseSpacing s;
  for (std::size_t a = 0; a < s.size(); ++a) s[a] = 1.0 / spacing[a];
  if (dimension == 1) return make_in_dimension<1>(DiffusionTensor::isotropic, s);
  if (dimension == 2) return make_in_dimension<2>(tensor, s);
  return make_in_dimension<3>(tensor, s);
}

} // namespace nadir
