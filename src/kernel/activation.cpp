#include "nadir/kernel/activation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/activation.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include <hwy/cache_control.h>

#include "activation-inl.hpp"
#include "base/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace {

template<class F>
void evaluate(int n, const double* Z, double* HWY_RESTRICT value, double* HWY_RESTRICT derivative) {
  for_lanes(n, [&](auto d, int x) HWY_ATTR {
    const auto f = F::at(d, hn::LoadU(d, Z + x));
    hn::StoreU(f.value, d, value + x);
    hn::StoreU(f.derivative, d, derivative + x);
  });
}

/// z_next = (1 - omega) z + omega f(Z - b); false when some new value is not finite.
template<class F>
bool relax(int n, const double* Z, const double* b, const double* omega, const double* z,
           double* HWY_RESTRICT z_next, const RowsAhead& ahead) {
  // v - v is 0 for numbers and NaN for all others, and a sum keeps a NaN.
  const hn::ScalableTag<double> full;
  HWY_ALIGN double sums[HWY_MAX_BYTES / sizeof(double)] = {};
  for_lanes(n, [&](auto d, int x) HWY_ATTR {
    for (std::size_t k = 0; k < ahead.count; ++k) hwy::Prefetch(ahead.row[k] + x);
    const auto w = hn::LoadU(d, omega + x);
    const auto f = F::at(d, hn::LoadU(d, Z + x) - hn::LoadU(d, b + x)).value;
    const auto value = fused(w, f, (hn::Set(d, 1.0) - w) * hn::LoadU(d, z + x));
    hn::StoreU(value, d, z_next + x);
    hn::Store(hn::Load(d, sums) + (value - value), d, sums);
  });
  double sum = 0.0;
  for (std::size_t i = 0; i < hn::Lanes(full); ++i) sum += sums[i];
  return sum == 0.0;
}

/// See ActivationRows::adjoint.
template<class F>
void adjoint(int n, const double* Z, const double* b, const double* omega, const double* z,
             const double* lambda_next, double* HWY_RESTRICT g, double* HWY_RESTRICT lambda,
             double* HWY_RESTRICT b_bar, double* HWY_RESTRICT omega_bar) {
  for_lanes(n, [&](auto d, int x) HWY_ATTR {
    const auto l = hn::LoadU(d, lambda_next + x);
    const auto w = hn::LoadU(d, omega + x);
    const auto f = F::at(d, hn::LoadU(d, Z + x) - hn::LoadU(d, b + x));
    const auto g_x = w * l * f.derivative;
    hn::StoreU(g_x, d, g + x);
    hn::StoreU((hn::Set(d, 1.0) - w) * l, d, lambda + x);
    if (b_bar) hn::StoreU(hn::LoadU(d, b_bar + x) - g_x, d, b_bar + x);
    if (omega_bar) {
      const auto change = f.value - hn::LoadU(d, z + x);
      hn::StoreU(fused(l, change, hn::LoadU(d, omega_bar + x)), d, omega_bar + x);
    }
  });
}

/// See ActivationRows::adjoint_of_value.
template<class F>
void adjoint_of_value(int n, const double* z_next, const double* z, const double* lambda_next,
                      double* HWY_RESTRICT g, double* HWY_RESTRICT b_bar,
                      double* HWY_RESTRICT omega_bar) {
  for_lanes(n, [&](auto d, int x) HWY_ATTR {
    const auto l = hn::LoadU(d, lambda_next + x);
    const auto f = hn::LoadU(d, z_next + x);
    const auto g_x = l * F::derivative(d, f);
    hn::StoreU(g_x, d, g + x);
    if (b_bar) hn::StoreU(hn::LoadU(d, b_bar + x) - g_x, d, b_bar + x);
    if (omega_bar) {
      const auto change = f - hn::LoadU(d, z + x);
      hn::StoreU(fused(l, change, hn::LoadU(d, omega_bar + x)), d, omega_bar + x);
    }
  });
}

ActivationRows rows_of(ActivationKind kind) {
  return with_activation(kind, []<class F>(F) {
    ActivationRows rows{evaluate<F>, relax<F>, adjoint<F>, nullptr};
    using D = hn::ScalableTag<double>;
    if constexpr (requires(D d, hn::Vec<D> f) { F::derivative(d, f); })
      rows.adjoint_of_value = adjoint_of_value<F>;
    return rows;
  });
}

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {

HWY_EXPORT(rows_of);
ActivationRows activation_rows(ActivationKind kind) { return HWY_DYNAMIC_DISPATCH(rows_of)(kind); }

} // namespace nadir
#endif
