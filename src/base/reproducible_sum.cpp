#include "nadir/base/reproducible_sum.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/reproducible_sum.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include "base/lanes-inl.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#ifndef NADIR_REPRODUCIBLE_SUM
#define NADIR_REPRODUCIBLE_SUM
namespace nadir {
namespace {

// Place p holds multiples of 2^(40 p + lowest) up to half of the next place's unit.
constexpr int digit_bits = 40, lowest = -1080;
constexpr int block = 2048; ///< numbers added before digits are taken: 2^39 * 2^11 is exact

double unit_of(int place) { return std::ldexp(1.0, digit_bits * place + lowest); }

} // namespace
} // namespace nadir
#endif

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace {

/// The largest magnitude of n numbers; not finite when one of them is not.
double largest(const double* values, int n) {
  HWY_ALIGN double most[HWY_MAX_BYTES / sizeof(double)] = {},
                                        bad[HWY_MAX_BYTES / sizeof(double)] = {};
  for_lanes(n, [&](auto d, int i) HWY_ATTR {
    const auto x = hn::LoadU(d, values + i);
    hn::Store(hn::Max(hn::Load(d, most), hn::Abs(x)), d, most);
    hn::Store(hn::Load(d, bad) + (x - x), d, bad); // NaN stays NaN
  });
  double result = 0;
  for (const double m : most) result = std::max(result, m);
  for (const double b : bad) result += b;
  return result;
}

/// sums[k] = the sum of the digits at three places of n numbers, whose units are given.
void split(const double* values, int n, const double* units, double* sums) {
  HWY_ALIGN double lanes[3][HWY_MAX_BYTES / sizeof(double)] = {};
  for_lanes(n, [&](auto d, int i) HWY_ATTR {
    auto rest = hn::LoadU(d, values + i);
    for (int k = 0; k < 3; ++k) {
      // Adding and taking away 1.5 * 2^52 units rounds to a multiple of the unit.
      const auto shift = hn::Set(d, 0x1.8p52 * units[k]);
      const auto digit = (rest + shift) - shift;
      hn::Store(hn::Load(d, lanes[k]) + digit, d, lanes[k]);
      rest = rest - digit;
    }
  });
  for (int k = 0; k < 3; ++k) {
    sums[k] = 0;
    for (const double lane : lanes[k]) sums[k] += lane; // exact
  }
}

void multiply(const double* x, const double* y, int n, double* products) {
  for_lanes(n, [&](auto d, int i) HWY_ATTR {
    hn::StoreU(hn::LoadU(d, x + i) * hn::LoadU(d, y + i), d, products + i);
  });
}

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {

HWY_EXPORT(largest);
HWY_EXPORT(split);
HWY_EXPORT(multiply);

namespace {

/// The lowest place in whose range (half a unit of the next one) a magnitude lies.
int place_of(double magnitude) {
  int exponent = 0; // magnitude <= 2^exponent
  if (std::frexp(magnitude, &exponent) == 0.5) --exponent;
  return std::max(0, (exponent - lowest - digit_bits + 1 + digit_bits - 1) / digit_bits);
}

/// Near the end of the range of doubles the splitting would overflow: there numbers are scaled by
/// 2^-200, which is five places.
constexpr int places_scaled = 5;
const double scale = std::ldexp(1.0, -digit_bits* places_scaled);
const double huge = std::ldexp(1.0, 900);

} // namespace

void ReproducibleSum::add(const double* values, std::int64_t n) {
  std::array<double, block> scaled;
  for (std::int64_t first = 0; first < n; first += block) {
    const int count = static_cast<int>(std::min<std::int64_t>(block, n - first));
    const double* part = values + first;
    double most = HWY_DYNAMIC_DISPATCH(largest)(part, count);
    if (!std::isfinite(most)) {
      top_ = not_finite;
      return;
    }
    int lifted = 0;
    if (most > huge) {
      for (int i = 0; i < count; ++i) scaled[static_cast<std::size_t>(i)] = part[i] * scale;
      part = scaled.data();
      most *= scale;
      lifted = places_scaled;
    }
    if (most == 0) continue;
    const int top = place_of(most);
    std::array<double, places> units, sums;
    for (int k = 0; k < places; ++k)
      units[static_cast<std::size_t>(k)] = unit_of(std::max(0, top - k));
    HWY_DYNAMIC_DISPATCH(split)(part, count, units.data(), sums.data());
    std::array<Digit, places> digits;
    for (std::size_t k = 0; k < digits.size(); ++k) {
      // Below place 0 nothing is left.
      const bool exists = top - static_cast<int>(k) >= 0;
      digits[k] = exists ? static_cast<Digit>(std::ldexp(
                               sums[k], -(digit_bits * (top - static_cast<int>(k)) + lowest)))
                         : 0;
    }
    merge(top + lifted, digits);
  }
}

void ReproducibleSum::add_products(const double* x, const double* y, std::int64_t n) {
  std::array<double, block> products;
  for (std::int64_t first = 0; first < n; first += block) {
    const int count = static_cast<int>(std::min<std::int64_t>(block, n - first));
    HWY_DYNAMIC_DISPATCH(multiply)(x + first, y + first, count, products.data());
    add(products.data(), count);
  }
}

void ReproducibleSum::merge(int top, const std::array<Digit, places>& digits) {
  if (top_ == not_finite || top == nothing) return;
  if (top > top_) {
    // Our digits move down; what falls below the last place is lost, whenever that happens.
    const std::int64_t down = top_ == nothing ? places : std::min<std::int64_t>(places, top - top_);
    for (std::size_t k = digits_.size(); k-- > 0;)
      digits_[k] =
          k >= static_cast<std::size_t>(down) ? digits_[k - static_cast<std::size_t>(down)] : 0;
    top_ = top;
  }
  if (top == not_finite) return;
  const auto down = static_cast<std::size_t>(top_ - top);
  for (std::size_t k = down; k < digits_.size(); ++k) digits_[k] += digits[k - down];
}

void ReproducibleSum::merge(const ReproducibleSum& other) {
  merge(static_cast<int>(other.top_), other.digits_);
}

double ReproducibleSum::value() const {
  if (top_ == not_finite) return std::numeric_limits<double>::quiet_NaN();
  if (top_ == nothing) return 0.0;
  // Carried upwards, the digits are one number of 40 + 40 + the top digit's bits.
  std::array<Digit, places> d = digits_;
  constexpr Digit base = Digit{1} << digit_bits;
  for (std::size_t k = d.size() - 1; k > 0; --k) {
    const Digit carry = (d[k] + base / 2) >> digit_bits;
    d[k] -= carry * base;
    d[k - 1] += carry;
  }
  const int exponent = digit_bits * (static_cast<int>(top_) - (places - 1)) + lowest;
  const Digit limit = Digit{1} << 46;
  if (d[0] < limit && d[0] > -limit)
    return std::ldexp(static_cast<double>((d[0] * base + d[1]) * base + d[2]), exponent);
  return std::ldexp(static_cast<double>(d[0] * base + d[1]), exponent + digit_bits);
}

ReproducibleSum::Packed ReproducibleSum::packed() const {
  static_assert(sizeof(Digit) == 2 * sizeof(std::int64_t));
  Packed words{top_};
  for (std::size_t k = 0; k < digits_.size(); ++k) {
    words[1 + 2 * k] = static_cast<std::int64_t>(digits_[k]);
    words[2 + 2 * k] = static_cast<std::int64_t>(digits_[k] >> 64);
  }
  return words;
}

ReproducibleSum ReproducibleSum::unpacked(const Packed& words) {
  ReproducibleSum sum;
  sum.top_ = words[0];
  for (std::size_t k = 0; k < sum.digits_.size(); ++k) {
    const Digit low = static_cast<std::uint64_t>(words[1 + 2 * k]);
    sum.digits_[k] = (static_cast<Digit>(words[2 + 2 * k]) << 64) + low;
  }
  return sum;
}

} // namespace nadir
#endif
