#include "kernel/activation-inl.hpp"

#include <numbers>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

/// The erf form, Z Phi(Z).
struct Gelu {
  static constexpr ActivationInfo info{.name = "gelu",
                                       .formula = "Z Φ(Z), Φ(Z) = (1 + erf(Z/√2)) / 2",
                                       .slope = "Φ(Z) + Z exp(-Z²/2) / √(2π)",
                                       .order = 7};

  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    constexpr double density = 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
    const auto upper = normal(d, hn::Abs(Z));
    const auto Phi = hn::IfThenElse(Z < hn::Zero(d), upper.tail, hn::Set(d, 1.0) - upper.tail);
    return {Z * Phi, Phi + Z * (hn::Set(d, density) * upper.shape)};
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
