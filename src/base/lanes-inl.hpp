// Loops over rows in vectors, once for every instruction set: no #pragma once.
#if defined(NADIR_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NADIR_LANES_INL
#undef NADIR_LANES_INL
#else
#define NADIR_LANES_INL
#endif

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>

/// For lambdas that are called at several places of a loop over vectors.
#undef NADIR_INLINED
#define NADIR_INLINED HWY_ATTR __attribute__((always_inline))

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// a b + c rounded once, by the instruction or, where there is none, by the C library: the same
/// bits with every instruction set.
template<class V> HWY_INLINE V fused(V a, V b, V c) {
#if (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2) || (HWY_ARCH_ARM_A64 && HWY_TARGET <= HWY_NEON)
  return hn::MulAdd(a, b, c);
#else
  const hn::DFromV<V> d;
  HWY_ALIGN double x[3][HWY_MAX_BYTES / sizeof(double)];
  hn::Store(a, d, x[0]);
  hn::Store(b, d, x[1]);
  hn::Store(c, d, x[2]);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) x[2][i] = std::fma(x[0][i], x[1][i], x[2][i]);
  return hn::Load(d, x[2]);
#endif
}

/// c - a b rounded once.
template<class V> HWY_INLINE V fused_less(V a, V b, V c) {
#if (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2) || (HWY_ARCH_ARM_A64 && HWY_TARGET <= HWY_NEON)
  return hn::NegMulAdd(a, b, c);
#else
  return fused(hn::Neg(a), b, c);
#endif
}

/// The smaller one; a NaN of v stays one, whatever an instruction set's own minimum makes of it.
template<class V> HWY_INLINE V at_most(V bound, V v) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
  return hn::Min(bound, v); // the second where one is a NaN
#else
  return hn::IfThenElse(v > bound, bound, v);
#endif
}

/// Calls step(d, x) so that the lanes of d from x on cover 0 .. n - 1: whole vectors, then ever
/// shorter ones. Every lane's arithmetic is the same, so it does not matter which one a point falls
/// into.
template<class Step> HWY_INLINE void for_lanes(int n, Step step) {
  const hn::ScalableTag<double> full;
  int x = 0;
  const auto steps = [&](auto d) HWY_ATTR {
    const int lanes = static_cast<int>(hn::Lanes(d));
    for (; x + lanes <= n; x += lanes) step(d, x);
  };
  steps(full);
  steps(hn::CappedTag<double, 4>());
  steps(hn::CappedTag<double, 2>());
  steps(hn::CappedTag<double, 1>());
}

/// The same for third(d, second(d, first(d, x)), x) with three vectors under way at a time: what a
/// step waits for in one of them the others' steps fill.
template<class First, class Second, class Third>
HWY_INLINE void for_lanes_in_steps(int n, First first, Second second, Third third) {
  const hn::ScalableTag<double> d;
  const int lanes = static_cast<int>(hn::Lanes(d)), whole = n / lanes * lanes;
  int x = 0;
  if (whole > 2 * lanes) {
    auto once = first(d, lanes);
    auto twice = second(d, first(d, 0));
    for (; x < whole - 2 * lanes; x += lanes) {
      third(d, twice, x);
      twice = second(d, once);
      once = first(d, x + 2 * lanes);
    }
    third(d, twice, x);
    third(d, second(d, once), x + lanes);
    x += 2 * lanes;
  }
  for_lanes(n - x, [&](auto part, int rest)
                       HWY_ATTR { third(part, second(part, first(part, x + rest)), x + rest); });
}

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
