#include "kernel/activation-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

struct LeakyRelu {
  static constexpr ActivationInfo info{.name = "leaky-relu",
                                       .formula = "Z for Z > 0, else 0.01 Z",
                                       .slope = "1 for Z > 0, else 0.01",
                                       .contracts = true,
                                       .kink = true,
                                       .order = 4};

  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    const auto slope = hn::Set(d, 0.01);
    const auto positive = Z > hn::Zero(d);
    return {hn::IfThenElse(positive, Z, slope * Z),
            hn::IfThenElse(positive, hn::Set(d, 1.0), slope)};
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
