#include "nadir/kernel/activation.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/activation.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include <hwy/cache_control.h>

#include "activation_list-inl.hpp"
#include "base/lanes-inl.hpp"

#include "nadir/base/aligned.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

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

/// Whether all that was added is finite: v - v is 0 then, else NaN, and a sum keeps a NaN.
/// Whole vectors are summed in a register.
class Finite {
  using Full = hn::ScalableTag<double>;

 public:
  HWY_INLINE Finite() : whole_(hn::Zero(Full())) {}
  template<class D> HWY_INLINE void add(D d, hn::Vec<D> value) {
    if constexpr (std::is_same_v<D, Full>) {
      whole_ = whole_ + (value - value);
    } else {
      rest_ += hn::GetLane(hn::SumOfLanes(d, value - value));
    }
  }
  HWY_INLINE bool all() const { return hn::GetLane(hn::SumOfLanes(Full(), whole_)) + rest_ == 0.0; }

 private:
  hn::Vec<Full> whole_;
  double rest_ = 0.0;
};

/// Once for every cache line, if x is the first vector in it.
template<class D> HWY_INLINE void prefetch(D d, const RowsAhead& ahead, int x) {
  constexpr int line = static_cast<int>(aligned_doubles);
  if (static_cast<int>(hn::Lanes(d)) < line && x % line != 0) return;
  for (std::size_t k = 0; k < ahead.count; ++k) hwy::Prefetch(ahead.row[k] + x);
}

/// Calls finish(d, f, x) with f(Z) and its derivative for all lanes, where Z(d, x) gives their
/// arguments.
template<class F, class Argument, class Finish>
HWY_INLINE void activate(int n, Argument Z, Finish finish) {
  using D = hn::ScalableTag<double>;
  if constexpr (requires(D d, hn::Vec<D> v) { F::first(d, v); }) {
    for_lanes_in_steps(
        n, [&](auto d, int x) NADIR_INLINED { return F::first(d, Z(d, x)); },
        [](auto d, const auto& begun) NADIR_INLINED { return F::second(d, begun); },
        [&](auto d, const auto& of, int x) NADIR_INLINED { finish(d, F::third(d, of), x); });
  } else {
    for_lanes(n, [&](auto d, int x) HWY_ATTR { finish(d, F::at(d, Z(d, x)), x); });
  }
}

/// Z - b as an argument of that.
struct Biased {
  const double *Z, *b;
  template<class D> HWY_INLINE hn::Vec<D> operator()(D d, int x) const {
    return hn::LoadU(d, Z + x) - hn::LoadU(d, b + x);
  }
};

/// z_next = (1 - omega) z + omega f(Z - b); false when some new value is not finite.
template<class F>
bool relax(int n, const double* Z, const double* b, const double* omega, const double* z,
           double* HWY_RESTRICT z_next, const RowsAhead& ahead) {
  Finite finite;
  activate<F>(n, Biased{Z, b}, [&](auto d, const auto& f, int x) NADIR_INLINED {
    prefetch(d, ahead, x);
    const auto w = hn::LoadU(d, omega + x);
    const auto value = fused(w, f.value, (hn::Set(d, 1.0) - w) * hn::LoadU(d, z + x));
    hn::StoreU(value, d, z_next + x);
    finite.add(d, value);
  });
  return finite.all();
}

/// See ActivationRows::replace.
template<class F>
bool replace(int n, const double* Z, double* HWY_RESTRICT z_next, const RowsAhead& ahead) {
  Finite finite;
  const auto argument = [&](auto d, int x) NADIR_INLINED { return hn::LoadU(d, Z + x); };
  activate<F>(n, argument, [&](auto d, const auto& f, int x) NADIR_INLINED {
    prefetch(d, ahead, x);
    hn::StoreU(f.value, d, z_next + x);
    finite.add(d, f.value);
  });
  return finite.all();
}

/// See ActivationRows::adjoint.
template<class F>
void adjoint(int n, const double* Z, const double* b, const double* omega, const double* z,
             const double* lambda_next, double* HWY_RESTRICT g, double* HWY_RESTRICT lambda,
             double* HWY_RESTRICT b_bar, double* HWY_RESTRICT omega_bar) {
  activate<F>(n, Biased{Z, b}, [&](auto d, const auto& f, int x) NADIR_INLINED {
    const auto l = hn::LoadU(d, lambda_next + x);
    const auto w = hn::LoadU(d, omega + x);
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

template<class F> constexpr ActivationRows rows_with() {
  ActivationRows rows{evaluate<F>, relax<F>, replace<F>, adjoint<F>, nullptr};
  using D = hn::ScalableTag<double>;
  if constexpr (requires(D d, hn::Vec<D> f) { F::derivative(d, f); })
    rows.adjoint_of_value = adjoint_of_value<F>;
  return rows;
}

/// The activations by the names of their files.
template<class... F> struct List {
  static constexpr std::array infos{F::info...};
  static constexpr std::array rows{rows_with<F>()...};
};
using Activations = List<NADIR_ACTIVATIONS>;

ActivationRows rows_of(std::size_t index) { return Activations::rows[index]; }

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {
namespace {

constexpr const auto& infos = HWY_NAMESPACE::Activations::infos;

} // namespace

std::span<const Activation> Activation::all() {
  static const std::vector<Activation> sorted = [] {
    std::vector<Activation> all;
    for (const ActivationInfo& info : infos) all.emplace_back(info.name);
    std::ranges::sort(all, {}, [](Activation f) { return std::tuple(f->order, f->name); });
    return all;
  }();
  return sorted;
}

Activation::Activation(std::string_view name)
    : info_(std::ranges::find(infos, name, &ActivationInfo::name)) {
  if (info_ == infos.end())
    throw std::invalid_argument("no activation \"" + std::string(name) + "\"");
}

HWY_EXPORT(rows_of);
ActivationRows activation_rows(Activation f) {
  return HWY_DYNAMIC_DISPATCH(rows_of)(static_cast<std::size_t>(f.info_ - infos.data()));
}

} // namespace nadir
#endif
