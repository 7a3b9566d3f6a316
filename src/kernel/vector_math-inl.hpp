// Elementary functions of vectors of doubles, once for every instruction set: no #pragma once.
#if defined(NADIR_VECTOR_MATH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NADIR_VECTOR_MATH_INL
#undef NADIR_VECTOR_MATH_INL
#else
#define NADIR_VECTOR_MATH_INL
#endif

#include "base/lanes-inl.hpp"

#include <cstddef>

/// Only +, -, *, /, multiply-adds rounded once and bit operations: all of them are rounded the same
/// everywhere, so a function's value is the same bits with every instruction set. A NaN stays one.
/// Errors are measured by tests/unit/kernel/activation_test.cpp. Polynomials: Chebyshev fits in
/// 60 digits, error below 2^-56 of the result.
HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// c_0 + c_1 x + c_2 x^2 + ..., odd and even powers apart: two shorter chains of dependent steps.
template<class D, std::size_t n>
HWY_INLINE hn::Vec<D> polynomial(D d, hn::Vec<D> x, const double (&c)[n]) {
  static_assert(n >= 4);
  const auto x2 = x * x;
  auto even = hn::Set(d, c[(n - 1) / 2 * 2]);
  auto odd = hn::Set(d, c[(n - 2) / 2 * 2 + 1]);
  for (std::size_t k = (n - 1) / 2 * 2; k >= 2; k -= 2)
    even = fused(even, x2, hn::Set(d, c[k - 2]));
  for (std::size_t k = (n - 2) / 2 * 2 + 1; k >= 3; k -= 2)
    odd = fused(odd, x2, hn::Set(d, c[k - 2]));
  return fused(x, odd, even);
}

/// The whole number nearest to x times per_unit, below 2^51, as a double and in the low bits of
/// `bits`.
template<class D> struct Whole {
  hn::Vec<D> number;
  hn::Vec<hn::RebindToSigned<D>> bits;
};
template<class D> HWY_INLINE Whole<D> nearest_whole(D d, hn::Vec<D> x, double per_unit) {
  const auto magic = hn::Set(d, 0x1.8p52);
  const auto shifted = fused(x, hn::Set(d, per_unit), magic);
  return {shifted - magic, hn::BitCast(hn::RebindToSigned<D>(), shifted)};
}

/// y = k ln 2 + r with |r| <= ln 2 / 2 and scale = 2^k, for -708 <= y <= 709.
template<class D> struct Reduced { hn::Vec<D> scale, r; };
template<class D> HWY_INLINE Reduced<D> reduced(D d, hn::Vec<D> y) {
  // The first part of ln 2 has 38 bits, so that k times it is exact.
  const auto k = nearest_whole(d, y, 1.4426950408889634);
  const auto r = fused_less(k.number, hn::Set(d, 1.6465949582897082e-12),
                            fused_less(k.number, hn::Set(d, 0x1.62e42fefa0000p-1), y));
  const hn::RebindToSigned<D> integers;
  const auto one = hn::BitCast(integers, hn::Set(d, 1.0));
  return {hn::BitCast(d, hn::ShiftLeft<52>(k.bits) + one), r};
}

/// e^r - 1 for |r| <= ln 2 / 2.
template<class D> HWY_INLINE hn::Vec<D> expm1_of_rest(D d, hn::Vec<D> r) {
  static constexpr double c[] = {0.5,
                                 0.1666666666666667,
                                 0.04166666666666667,
                                 0.008333333333326136,
                                 0.0013888888888883748,
                                 0.00019841269874820627,
                                 2.4801587325547743e-05,
                                 2.7557255400206422e-06,
                                 2.75572736431103e-07,
                                 2.5105217004720745e-08,
                                 2.0914686968086876e-09};
  return fused(r * r, polynomial(d, r, c), r);
}

/// e^y and e^y - 1.
template<class D> HWY_INLINE hn::Vec<D> exp(D d, const Reduced<D>& y) {
  return fused(y.scale, expm1_of_rest(d, y.r), y.scale);
}
template<class D> HWY_INLINE hn::Vec<D> expm1(D d, const Reduced<D>& y) {
  return fused(y.scale, expm1_of_rest(d, y.r), y.scale - hn::Set(d, 1.0));
}

/// e^y for y <= 0, 0 below e^-708.
template<class D> HWY_INLINE hn::Vec<D> exp_of_negative(D d, hn::Vec<D> y) {
  const auto lowest = hn::Set(d, -708.0);
  const auto tiny = y < lowest;
  return hn::IfThenZeroElse(tiny, exp(d, reduced(d, hn::IfThenElse(tiny, lowest, y))));
}

/// log(1 + e) for 0 <= e <= 1.
template<class D> HWY_INLINE hn::Vec<D> log1p_to_one(D d, hn::Vec<D> e) {
  static constexpr double c[] = {0.6666666666666666,  0.4000000000000088,  0.2857142857080285,
                                 0.22222222391887064, 0.18181795621632782, 0.15386240708969665,
                                 0.13268746195596595, 0.13086907887965027};
  // Above sqrt(2) the half of 1 + e: f = (1 + e)/2 - 1 is exact there.
  const auto one = hn::Set(d, 1.0);
  const auto halved = e > hn::Set(d, 0.4142135623730951);
  const auto f = hn::IfThenElse(halved, (e - one) * hn::Set(d, 0.5), e);
  const auto s = f / (hn::Set(d, 2.0) + f); // log(1 + f) = 2 atanh(s)
  const auto s2 = s * s;
  // 2s = f - s f, exact but for its small part.
  const auto log_f = fused_less(s, fused_less(s2, polynomial(d, s2, c), f), f);
  return log_f + hn::IfThenElseZero(halved, hn::Set(d, 0.6931471805599453));
}

/// log(1 + u) for u >= 0.
template<class D> HWY_INLINE hn::Vec<D> log1p_of_positive(D d, hn::Vec<D> u) {
  // 1 + u = 2^k (1 + e) with 0 <= e < 1; what 1 + u loses by rounding is put back.
  const auto one = hn::Set(d, 1.0), magic = hn::Set(d, 0x1.8p52);
  const auto sum = one + u;
  const auto lost = (u - (sum - one)) / sum;
  const hn::RebindToSigned<D> integers;
  const auto bits = hn::BitCast(integers, sum);
  const auto k = hn::ShiftRight<52>(bits) - hn::Set(integers, 1023);
  const auto number = hn::BitCast(d, k + hn::BitCast(integers, magic)) - magic;
  const auto mantissa = hn::And(bits, hn::Set(integers, 0xfffffffffffff));
  const auto e = hn::BitCast(d, hn::Or(mantissa, hn::BitCast(integers, one))) - one;
  // The first part of ln 2 has 38 bits, so that k times it is exact.
  const auto small = fused(number, hn::Set(d, 1.6465949582897082e-12), lost);
  return fused(number, hn::Set(d, 0x1.62e42fefa0000p-1), log1p_to_one(d, e) + small);
}

/// The upper tail of the normal distribution and its shape, for a >= 0. 0 above a = 37.6.
template<class D> struct Normal {
  hn::Vec<D> tail;  ///< erfc(a/sqrt 2)/2
  hn::Vec<D> shape; ///< exp(-a^2/2)
};
template<class D> HWY_INLINE Normal<D> normal(D d, hn::Vec<D> a) {
  // erfc(x) = exp(-x^2) / (1 + 2x) times a function of (x - 4)/(x + 4) that stays near 1
  // (Shepherd & Laframboise, Math. Comp. 36, 1981).
  static constexpr double c[] = {
      1.2329951186255526,     -0.13962111684056228,    0.015379652102619974,
      0.06809705425466839,    -0.10103906603631811,    0.09373283499911264,
      -0.06633036581186058,   0.037167515526338006,    -0.01619773406293477,
      0.005031970069102246,   -0.0007577732435942674,  -0.00019925715247260696,
      0.00015062142608656434, -2.4397731143154704e-05, -1.122113566609758e-05,
      5.706578299491852e-06,  2.917342559825061e-07,   -8.210647936409277e-07,
      7.771943209905975e-08,  1.0631817617917344e-07,  -2.0725802246713516e-08,
      -1.233873150971522e-08, 3.23239723838201e-09,    9.297625465304509e-10,
      -2.764120031741141e-10};
  const auto one = hn::Set(d, 1.0), half = hn::Set(d, 0.5), four = hn::Set(d, 4.0);
  const auto largest = hn::Set(d, 1e8); // far beyond: nothing of the tail is left
  const auto bounded = hn::IfThenElse(a > largest, largest, a);
  const auto x = bounded * hn::Set(d, 0.7071067811865476);
  const auto g = polynomial(d, (x - four) / (x + four), c);
  // a^2 = high^2 + low, where high has 26 bits, so that its square is exact.
  const auto mask = hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), 0xfffffffff8000000u));
  const auto high = hn::And(bounded, mask);
  const auto low = (bounded - high) * (bounded + high) * half;
  const auto third = hn::Set(d, 1.0 / 3);
  const auto correction = one - low * (one - low * half * (one - low * third));
  const auto shape = exp_of_negative(d, hn::Neg(high * high * half)) * correction;
  return {shape * g * half / (one + (x + x)), shape};
}

/// sin and cos for |x| <= sincos_limit.
inline constexpr double sincos_limit = 0x1p20;
template<class D> struct SinCos { hn::Vec<D> sin, cos; };
template<class D> HWY_INLINE SinCos<D> sincos(D d, hn::Vec<D> x) {
  static constexpr double s[] = {-0.16666666666666666,    0.008333333333333331,
                                 -0.0001984126984126506,  2.7557319219335453e-06,
                                 -2.5052106231157904e-08, 1.605853141458901e-10,
                                 -7.586685070091267e-13};
  static constexpr double c[] = {0.041666666666666664,   -0.0013888888888888887,
                                 2.4801587301584645e-05, -2.755731922140076e-07,
                                 2.0876755790363397e-09, -1.1470460773969325e-11,
                                 4.7458652037874553e-14};
  // x = k pi/2 + r; the first parts of pi/2 have 33 bits each, so that k times them is exact.
  const auto k = nearest_whole(d, x, 0.6366197723675814);
  const auto first = fused_less(k.number, hn::Set(d, 0x1.921fb54400000p+0), x);
  const auto second = fused_less(k.number, hn::Set(d, 0x1.0b4611a600000p-34), first);
  const auto r = fused_less(k.number, hn::Set(d, 2.0222662487959506e-21), second);
  const auto r2 = r * r;
  const auto sin = fused(r * r2, polynomial(d, r2, s), r);
  const auto cos =
      fused(r2 * r2, polynomial(d, r2, c), fused_less(r2, hn::Set(d, 0.5), hn::Set(d, 1.0)));
  // Odd quarters swap sin and cos; bit 1 of k is the sign of sin, of k + 1 that of cos.
  const hn::RebindToSigned<D> integers;
  const auto odd = hn::BitCast(d, hn::BroadcastSignBit(hn::ShiftLeft<63>(k.bits)));
  const auto sign = hn::SignBit(d);
  const auto sin_sign = hn::And(sign, hn::BitCast(d, hn::ShiftLeft<62>(k.bits)));
  const auto next = k.bits + hn::Set(integers, 1);
  const auto cos_sign = hn::And(sign, hn::BitCast(d, hn::ShiftLeft<62>(next)));
  return {hn::Xor(hn::IfVecThenElse(odd, cos, sin), sin_sign),
          hn::Xor(hn::IfVecThenElse(odd, sin, cos), cos_sign)};
}

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
