#include "nadir/kernel/radial.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/gaussian.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include "radial-inl.hpp"

#include <numbers>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace {

/// phi = prod_a [Delta_a / (sigma sqrt(2 pi))] exp(-|r|^2 / (2 sigma^2))
struct GaussianProfile {
  static constexpr std::size_t shapes = 1; // sigma

  explicit GaussianProfile(const RadialStencil& stencil)
      : dimension(stencil.dimension), volume(stencil.volume) {}

  template<class Tag> struct At { hn::Vec<Tag> inverse, norm; };

  template<class Tag> HWY_INLINE At<Tag> at(Tag v, const hn::Vec<Tag> (&shape)[shapes]) const {
    constexpr double peak = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    const auto inverse = hn::Set(v, 1.0) / shape[0];
    auto norm = hn::Set(v, volume);
    for (int a = 0; a < dimension; ++a) norm = norm * (inverse * hn::Set(v, peak));
    return {inverse, norm};
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> value(Tag v, const At<Tag>& at, hn::Vec<Tag> square) const {
    const auto widths = square * at.inverse * at.inverse;
    return at.norm * exp_of_negative(v, widths * hn::Set(v, -0.5));
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> slopes(Tag v, const At<Tag>& at, hn::Vec<Tag> square,
                                 hn::Vec<Tag>* slope) const {
    const auto phi = value(v, at, square);
    const auto widths = square * at.inverse * at.inverse;
    slope[0] = phi * at.inverse * (widths - hn::Set(v, static_cast<double>(dimension)));
    return phi;
  }

  int dimension;
  double volume;
};

/// The caller owns it.
Kernel* new_gaussian_kernel(const RadialStencil& stencil) {
  return new RadialKernel<GaussianProfile>(stencil);
}

void tabulate_gaussian(const RadialStencil& stencil, const double* shape, RadialTable& table) {
  fill_table(stencil, GaussianProfile(stencil), shape, table);
}

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {

HWY_EXPORT(new_gaussian_kernel);
HWY_EXPORT(tabulate_gaussian);

RadialFamily gaussian_family() {
  return {1,
          [](const RadialStencil& stencil) {
            return std::unique_ptr<Kernel>(HWY_DYNAMIC_DISPATCH(new_gaussian_kernel)(stencil));
          },
          [](const RadialStencil& stencil, const double* shape, RadialTable& table) {
            HWY_DYNAMIC_DISPATCH(tabulate_gaussian)(stencil, shape, table);
          }};
}

} // namespace nadir
#endif
