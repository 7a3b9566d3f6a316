#include "kernel/activation-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

struct Softplus {
  static constexpr ActivationInfo info{
      .name = "softplus", .formula = "ln(1 + exp Z)", .slope = "s(Z)", .order = 6};

  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    const auto one = hn::Set(d, 1.0), zero = hn::Zero(d);
    const auto e = exp_of_negative(d, hn::Neg(hn::Abs(Z)));
    const auto inverse = one / (one + e);
    return {hn::IfThenZeroElse(Z < zero, Z) + log1p_to_one(d, e),
            hn::IfThenElse(Z < zero, e * inverse, inverse)};
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
