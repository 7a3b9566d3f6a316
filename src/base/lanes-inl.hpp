// Loops over rows in vectors, once for every instruction set: no #pragma once.
#if defined(NADIR_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NADIR_LANES_INL
#undef NADIR_LANES_INL
#else
#define NADIR_LANES_INL
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

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

} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
