#include "nadir/kernel/radial.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/power_law.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include "radial-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace {

/// phi = prod_a Delta_a (1 + |r|^2 / l^2)^(-s/2)
struct PowerLawProfile {
  static constexpr std::size_t shapes = 2; // l, s

  explicit PowerLawProfile(const RadialStencil& stencil) : volume(stencil.volume) {}

  template<class Tag> struct At { hn::Vec<Tag> inverse, exponent, volume; };

  template<class Tag> HWY_INLINE At<Tag> at(Tag v, const hn::Vec<Tag> (&shape)[shapes]) const {
    return {hn::Set(v, 1.0) / shape[0], shape[1], hn::Set(v, volume)};
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> value(Tag v, const At<Tag>& at, hn::Vec<Tag> square) const {
    return of_logarithm(v, at, log1p_of_positive(v, square * at.inverse * at.inverse));
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> slopes(Tag v, const At<Tag>& at, hn::Vec<Tag> square,
                                 hn::Vec<Tag>* slope) const {
    const auto u = square * at.inverse * at.inverse;
    const auto logarithm = log1p_of_positive(v, u);
    const auto phi = of_logarithm(v, at, logarithm);
    slope[0] = phi * at.exponent * at.inverse * (u / (u + hn::Set(v, 1.0)));
    slope[1] = phi * logarithm * hn::Set(v, -0.5);
    return phi;
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> of_logarithm(Tag v, const At<Tag>& at, hn::Vec<Tag> logarithm) const {
    // A search may try exponents below 0; infinite where the power is beyond numbers.
    const auto largest = hn::Set(v, 709.0), lowest = hn::Set(v, -708.0);
    const auto y = logarithm * at.exponent * hn::Set(v, -0.5);
    const auto high = y > largest, low = y < lowest;
    const auto bounded = hn::IfThenElse(high, largest, hn::IfThenElse(low, lowest, y));
    const auto power = hn::IfThenZeroElse(low, exp(v, reduced(v, bounded)));
    const auto infinity = hn::Set(v, std::numeric_limits<double>::infinity());
    return at.volume * hn::IfThenElse(high, infinity, power);
  }

  double volume;
};

/// The caller owns it.
Kernel* new_power_law_kernel(const RadialStencil& stencil) {
  return new RadialKernel<PowerLawProfile>(stencil);
}

void tabulate_power_law(const RadialStencil& stencil, const double* shape, RadialTable& table) {
  fill_table(stencil, PowerLawProfile(stencil), shape, table);
}

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {

HWY_EXPORT(new_power_law_kernel);
HWY_EXPORT(tabulate_power_law);

RadialFamily power_law_family() {
  return {2,
          [](const RadialStencil& stencil) {
            return std::unique_ptr<Kernel>(HWY_DYNAMIC_DISPATCH(new_power_law_kernel)(stencil));
          },
          [](const RadialStencil& stencil, const double* shape, RadialTable& table) {
            HWY_DYNAMIC_DISPATCH(tabulate_power_law)(stencil, shape, table);
          }};
}

} // namespace nadir
#endif
