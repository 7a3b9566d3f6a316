#include "nadir/kernel/stencil_table.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/table_kernel.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include "base/lanes-inl.hpp"

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace {

/// Coefficient after coefficient over a whole segment, whose rows stay in the first-level cache.
class TableKernel final : public Kernel {
 public:
  explicit TableKernel(const StencilTable& table) : table_(table) {
    for (const Stencil& term : table_.terms) longest_ = std::max(longest_, term.size());
    distances_.resize(longest_);
    others_.resize(longest_);
  }

  int coefficients() const override { return static_cast<int>(table_.terms.size()); }
  int radius() const override { return table_.radius; }
  double flops() const override {
    double neighbours = 0;
    for (const Stencil& term : table_.terms) neighbours += static_cast<double>(term.size());
    return 2 * neighbours + 2 * static_cast<double>(table_.terms.size());
  }

  void apply(Row z, const Row* theta, int n, double* HWY_RESTRICT Z) const override {
    start(z.data, n, Z);
    for (std::size_t c = 0; c < table_.terms.size(); ++c) {
      const Stencil& term = table_.terms[c];
      set_distances(term, z.stride, 1, distances_);
      for_lanes(n, [&](auto v, int x) HWY_ATTR {
        const auto difference = difference_at(v, term, z.data + x);
        const auto t = hn::LoadU(v, theta[c].data + x);
        hn::StoreU(fused(t, difference, hn::LoadU(v, Z + x)), v, Z + x);
      });
    }
  }

  void apply_transpose(Row Z_bar, const Row* theta, int n,
                       double* HWY_RESTRICT z_bar) const override {
    std::fill_n(z_bar, n, 0.0);
    add_transpose(Z_bar, theta, n, z_bar);
  }

  void add_transpose(Row Z_bar, const Row* theta, int n,
                     double* HWY_RESTRICT z_bar) const override {
    if (table_.identity) {
      for_lanes(n, [&](auto v, int x) HWY_ATTR {
        hn::StoreU(hn::LoadU(v, z_bar + x) + hn::LoadU(v, Z_bar.data + x), v, z_bar + x);
      });
    }
    for (std::size_t c = 0; c < table_.terms.size(); ++c) {
      const Stencil& term = table_.terms[c];
      set_distances(term, Z_bar.stride, -1, distances_);
      set_distances(term, theta[c].stride, -1, others_);
      // A number is a row of its own, wherever one looks.
      const bool number = theta[c].stride.y == 0 && theta[c].stride.z == 0;
      if (number) std::ranges::fill(others_, 0);
      for_lanes(n, [&](auto v, int x) HWY_ATTR {
        auto sum = hn::LoadU(v, z_bar + x);
        for (std::size_t j = 0; j < term.size(); ++j) {
          const auto t = hn::LoadU(v, theta[c].data + x + others_[j]);
          const auto g = hn::LoadU(v, Z_bar.data + x + distances_[j]);
          sum = fused(hn::Set(v, term[j].weight), t * g, sum);
        }
        hn::StoreU(sum, v, z_bar + x);
      });
    }
  }

  void add_gradient(Row z, const Row* /*theta*/, const double* HWY_RESTRICT Z_bar, int n,
                    MutableRow* theta_bar) const override {
    for (std::size_t c = 0; c < table_.terms.size(); ++c) {
      double* HWY_RESTRICT sum = theta_bar[c].data;
      if (!sum) continue;
      const Stencil& term = table_.terms[c];
      set_distances(term, z.stride, 1, distances_);
      for_lanes(n, [&](auto v, int x) HWY_ATTR {
        const auto difference = difference_at(v, term, z.data + x);
        hn::StoreU(fused(hn::LoadU(v, Z_bar + x), difference, hn::LoadU(v, sum + x)), v, sum + x);
      });
    }
  }

 private:
  void start(const double* z, int n, double* HWY_RESTRICT Z) const {
    if (table_.identity)
      std::copy_n(z, n, Z);
    else
      std::fill_n(Z, n, 0.0);
  }

  static void set_distances(const Stencil& term, const Strides& stride, int sign,
                            std::vector<std::ptrdiff_t>& distances) {
    for (std::size_t j = 0; j < term.size(); ++j) {
      const auto& o = term[j].offset;
      distances[j] = sign * (o[0] * stride.z + o[1] * stride.y + o[2]);
    }
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> difference_at(Tag v, const Stencil& term, const double* z) const {
    auto sum = hn::Zero(v);
    for (std::size_t j = 0; j < term.size(); ++j)
      sum = fused(hn::Set(v, term[j].weight), hn::LoadU(v, z + distances_[j]), sum);
    return sum;
  }

  StencilTable table_;
  std::size_t longest_ = 0;
  mutable std::vector<std::ptrdiff_t> distances_, others_; ///< to a term's neighbours, in memory
};

/// The caller owns it.
Kernel* new_difference_kernel(const StencilTable& table) { return new TableKernel(table); }

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {

HWY_EXPORT(new_difference_kernel);

std::unique_ptr<Kernel> make_table_kernel(const StencilTable& differences) {
  return std::unique_ptr<Kernel>(HWY_DYNAMIC_DISPATCH(new_difference_kernel)(differences));
}

} // namespace nadir
#endif
