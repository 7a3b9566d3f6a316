#include "kernel/activation-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

struct Relu {
  static constexpr ActivationInfo info{.name = "relu",
                                       .formula = "max(Z, 0)",
                                       .slope = "1 for Z > 0, else 0",
                                       .contracts = true,
                                       .kink = true,
                                       .order = 3};

  template<class D> static HWY_INLINE hn::Vec<D> derivative(D d, hn::Vec<D> f) {
    return hn::IfThenElseZero(f > hn::Zero(d), hn::Set(d, 1.0));
  }
  // A NaN stays one: every comparison with it is false.
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    return {hn::IfThenZeroElse(Z < hn::Zero(d), Z), derivative(d, Z)};
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
