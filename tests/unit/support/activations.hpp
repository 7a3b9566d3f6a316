#pragma once

#include "nadir/kernel/activation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace nadir::test {

struct Evaluated {
  std::vector<double> value, derivative;
};
inline Evaluated evaluate(Activation f, const std::vector<double>& Z) {
  Evaluated at{std::vector<double>(Z.size()), std::vector<double>(Z.size())};
  activation_rows(f).evaluate(static_cast<int>(Z.size()), Z.data(), at.value.data(),
                              at.derivative.data());
  return at;
}
inline double value_at(Activation f, double Z) { return evaluate(f, {Z}).value[0]; }
inline double derivative_at(Activation f, double Z) { return evaluate(f, {Z}).derivative[0]; }

/// Dense where the functions bend, and spread over all magnitudes on both sides.
inline std::vector<double> arguments(double largest) {
  std::vector<double> Z{0.0, -0.0};
  for (int i = 1; i <= 40000; ++i) {
    const double magnitude =
        i <= 20000 ? i * 1e-3 * (1 + 1e-9 * i) : std::exp2(-60.0 + (i - 20000) * 1.234e-1 / 25);
    for (const double sign : {-1.0, 1.0}) {
      if (magnitude <= largest) Z.push_back(sign * magnitude);
    }
  }
  return Z;
}

/// In units of the last place of the exact result; below 1e-290 in such of 1e-290.
inline double ulps(double value, long double exact) {
  const double magnitude = std::max(std::abs(static_cast<double>(exact)), 1e-290);
  const double ulp = std::nextafter(magnitude, std::numeric_limits<double>::max()) - magnitude;
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / ulp);
}

/// Bounds, in units of the last place, of the errors in `values` at Z against the C library's long
/// doubles, which have at least 11 bits more.
template<class Exact>
void expect_close(const std::vector<double>& Z, const std::vector<double>& values, double bound,
                  Exact exact) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  double worst = 0;
  for (std::size_t i = 0; i < Z.size(); ++i)
    worst = std::max(worst, ulps(values[i], exact(static_cast<long double>(Z[i]))));
  EXPECT_LE(worst, bound);
}

} // namespace nadir::test
