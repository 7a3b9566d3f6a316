#include "kernel/activation-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

struct Logistic {
  static constexpr ActivationInfo info{
      .name = "logistic", .formula = "2 Z - Z²", .slope = "2 - 2 Z", .order = 10};

  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    const auto two = hn::Set(d, 2.0);
    return {two * Z - Z * Z, two - (Z + Z)};
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
