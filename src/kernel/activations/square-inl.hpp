#include "kernel/activation-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

struct Square {
  static constexpr ActivationInfo info{
      .name = "square", .formula = "Z²", .slope = "2 Z", .order = 9};

  template<class D> static HWY_INLINE Activated<D> at(D /*d*/, hn::Vec<D> Z) {
    return {Z * Z, Z + Z};
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
