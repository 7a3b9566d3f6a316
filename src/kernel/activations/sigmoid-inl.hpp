#include "kernel/activation-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

struct Sigmoid {
  static constexpr ActivationInfo info{
      .name = "sigmoid", .formula = "s(Z) = 1 / (1 + exp(-Z))", .slope = "s (1 - s)", .order = 5};

  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    const auto one = hn::Set(d, 1.0);
    const auto e = exp_of_negative(d, hn::Neg(hn::Abs(Z)));
    const auto inverse = one / (one + e);
    const auto smaller = e * inverse;
    return {hn::IfThenElse(Z < hn::Zero(d), smaller, inverse), smaller * inverse};
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
