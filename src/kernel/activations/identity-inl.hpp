#include "kernel/activation-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

struct Identity {
  static constexpr ActivationInfo info{.name = "identity",
                                       .formula = "Z",
                                       .slope = "1",
                                       .linear = true,
                                       .contracts = true,
                                       .order = 1};

  template<class D> static HWY_INLINE hn::Vec<D> derivative(D d, hn::Vec<D> /*f*/) {
    return hn::Set(d, 1.0);
  }
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    return {Z, derivative(d, Z)};
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
