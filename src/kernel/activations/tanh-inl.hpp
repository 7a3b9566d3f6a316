#include "kernel/activation-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

struct Tanh {
  static constexpr ActivationInfo info{
      .name = "tanh", .formula = "tanh Z", .slope = "1 - tanh² Z", .contracts = true, .order = 2};

  template<class D> static HWY_INLINE hn::Vec<D> derivative(D d, hn::Vec<D> f) {
    return fused_less(f, f, hn::Set(d, 1.0));
  }
  /// In three steps (for_lanes_in_steps): t / (t + 2) with t = e^{2 |Z|} - 1.
  template<class D> struct Started {
    hn::Vec<D> Z;
    Reduced<D> doubled;
  };
  template<class D> static HWY_INLINE Started<D> first(D d, hn::Vec<D> Z) {
    const auto a = at_most(hn::Set(d, 20.0), hn::Abs(Z)); // tanh is 1 beyond
    return {Z, reduced(d, a + a)};
  }
  template<class D> struct Numerator { hn::Vec<D> Z, t; };
  template<class D> static HWY_INLINE Numerator<D> second(D d, const Started<D>& begun) {
    return {begun.Z, expm1(d, begun.doubled)};
  }
  template<class D> static HWY_INLINE Activated<D> third(D d, const Numerator<D>& of) {
    const auto f = hn::CopySign(of.t / (of.t + hn::Set(d, 2.0)), of.Z);
    return {f, derivative(d, f)};
  }
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    return third(d, second(d, first(d, Z)));
  }
};

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
