#include "kernel/activation-inl.hpp"

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

struct Sin {
  static constexpr ActivationInfo info{
      .name = "sin", .formula = "sin Z", .slope = "cos Z", .contracts = true, .order = 8};

  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    if (hn::AllTrue(d, hn::Abs(Z) <= hn::Set(d, sincos_limit))) {
      const auto result = sincos(d, Z);
      return {result.sin, result.cos};
    }
    // So far out (or not a number) that only the C library reduces the argument well.
    HWY_ALIGN double lane[2][HWY_MAX_BYTES / sizeof(double)];
    hn::Store(Z, d, lane[0]);
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
      const double z = lane[0][i];
      lane[0][i] = std::sin(z);
      lane[1][i] = std::cos(z);
    }
    return {hn::Load(d, lane[0]), hn::Load(d, lane[1])};
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
