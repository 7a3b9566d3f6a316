// The activations as functions of vectors, once for every instruction set: no #pragma once.
#if defined(NADIR_ACTIVATION_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NADIR_ACTIVATION_INL
#undef NADIR_ACTIVATION_INL
#else
#define NADIR_ACTIVATION_INL
#endif

#include "vector_math-inl.hpp"

#include "nadir/input/case.hpp"

#include <cmath>
#include <numbers>

/// Activations f(Z) and their derivatives f'(Z) (theory, section 2). To add one: a struct here, a
/// line in with_activation, a name in the case schema.
HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {

/// f(Z) and f'(Z). Those whose derivative is a function of the value tell it as derivative(d, f).
template<class D> struct Activated { hn::Vec<D> value, derivative; };

struct Identity {
  template<class D> static HWY_INLINE hn::Vec<D> derivative(D d, hn::Vec<D> /*f*/) {
    return hn::Set(d, 1.0);
  }
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    return {Z, derivative(d, Z)};
  }
};

struct Tanh {
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

// A NaN stays one here and below: every comparison with it is false.
struct Relu {
  template<class D> static HWY_INLINE hn::Vec<D> derivative(D d, hn::Vec<D> f) {
    return hn::IfThenElseZero(f > hn::Zero(d), hn::Set(d, 1.0));
  }
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    return {hn::IfThenZeroElse(Z < hn::Zero(d), Z), derivative(d, Z)};
  }
};

struct LeakyRelu {
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    const auto slope = hn::Set(d, 0.01);
    const auto positive = Z > hn::Zero(d);
    return {hn::IfThenElse(positive, Z, slope * Z),
            hn::IfThenElse(positive, hn::Set(d, 1.0), slope)};
  }
};

struct Sigmoid {
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    const auto one = hn::Set(d, 1.0);
    const auto e = exp_of_negative(d, hn::Neg(hn::Abs(Z)));
    const auto inverse = one / (one + e);
    const auto smaller = e * inverse;
    return {hn::IfThenElse(Z < hn::Zero(d), smaller, inverse), smaller * inverse};
  }
};

struct Softplus {
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    const auto one = hn::Set(d, 1.0), zero = hn::Zero(d);
    const auto e = exp_of_negative(d, hn::Neg(hn::Abs(Z)));
    const auto inverse = one / (one + e);
    return {hn::IfThenZeroElse(Z < zero, Z) + log1p_to_one(d, e),
            hn::IfThenElse(Z < zero, e * inverse, inverse)};
  }
};

/// The erf form, Z Phi(Z).
struct Gelu {
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    constexpr double density = 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
    const auto upper = normal(d, hn::Abs(Z));
    const auto Phi = hn::IfThenElse(Z < hn::Zero(d), upper.tail, hn::Set(d, 1.0) - upper.tail);
    return {Z * Phi, Phi + Z * (hn::Set(d, density) * upper.shape)};
  }
};

struct Sin {
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

struct Square {
  template<class D> static HWY_INLINE Activated<D> at(D /*d*/, hn::Vec<D> Z) {
    return {Z * Z, Z + Z};
  }
};

struct Logistic {
  template<class D> static HWY_INLINE Activated<D> at(D d, hn::Vec<D> Z) {
    const auto two = hn::Set(d, 2.0);
    return {two * Z - Z * Z, two - (Z + Z)};
  }
};

/// Calls use(a) with an object of the activation's type.
template<class Use> auto with_activation(ActivationKind kind, Use use) {
  switch (kind) {
  case ActivationKind::tanh:
    return use(Tanh{});
  case ActivationKind::relu:
    return use(Relu{});
  case ActivationKind::leaky_relu:
    return use(LeakyRelu{});
  case ActivationKind::sigmoid:
    return use(Sigmoid{});
  case ActivationKind::softplus:
    return use(Softplus{});
  case ActivationKind::gelu:
    return use(Gelu{});
  case ActivationKind::sin:
    return use(Sin{});
  case ActivationKind::square:
    return use(Square{});
  case ActivationKind::logistic:
    return use(Logistic{});
  case ActivationKind::identity:
    break;
  }
  return use(Identity{});
}

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
