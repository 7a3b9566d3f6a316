#include "nadir/kernel/radial.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/families/power_law.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include "kernel/radial-inl.hpp"

#include "kernel/radial_parameters.hpp"

#include <algorithm>
#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace {

/// phi = prod_a Delta_a (1 + |r|^2 / l^2)^(-s/2)
struct PowerLawProfile {
  static constexpr std::size_t shapes = 2; // l, s

  explicit PowerLawProfile(const RadialStencil& stencil) : volume(stencil.volume) {}

  template<class Tag> struct At { hn::Vec<Tag> inverse, exponent, volume; };

  template<class Tag> HWY_INLINE At<Tag> at(Tag v, const hn::Vec<Tag> (&shape)[shapes]) const {
    return {hn::Set(v, 1.0) / shape[0], shape[1], hn::Set(v, volume)};
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> value(Tag v, const At<Tag>& at, hn::Vec<Tag> square) const {
    return of_logarithm(v, at, log1p_of_positive(v, square * at.inverse * at.inverse));
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> slopes(Tag v, const At<Tag>& at, hn::Vec<Tag> square,
                                 hn::Vec<Tag>* slope) const {
    const auto u = square * at.inverse * at.inverse;
    const auto logarithm = log1p_of_positive(v, u);
    const auto phi = of_logarithm(v, at, logarithm);
    slope[0] = phi * at.exponent * at.inverse * (u / (u + hn::Set(v, 1.0)));
    slope[1] = phi * logarithm * hn::Set(v, -0.5);
    return phi;
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> of_logarithm(Tag v, const At<Tag>& at, hn::Vec<Tag> logarithm) const {
    // A search may try exponents below 0; infinite where the power is beyond numbers.
    const auto largest = hn::Set(v, 709.0), lowest = hn::Set(v, -708.0);
    const auto y = logarithm * at.exponent * hn::Set(v, -0.5);
    const auto high = y > largest, low = y < lowest;
    const auto bounded = hn::IfThenElse(high, largest, hn::IfThenElse(low, lowest, y));
    const auto power = hn::IfThenZeroElse(low, exp(v, reduced(v, bounded)));
    const auto infinity = hn::Set(v, std::numeric_limits<double>::infinity());
    return at.volume * hn::IfThenElse(high, infinity, power);
  }

  double volume;
};

/// The caller owns it.
Kernel* new_power_law_kernel(const RadialStencil& stencil) {
  return new RadialKernel<PowerLawProfile>(stencil);
}

void tabulate_power_law(const RadialStencil& stencil, const double* shape, RadialTable& table) {
  fill_table(stencil, PowerLawProfile(stencil), shape, table);
}

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {

HWY_EXPORT(new_power_law_kernel);
HWY_EXPORT(tabulate_power_law);

RadialFamily power_law_profile() {
  return {2,
          [](const RadialStencil& stencil) {
            return std::unique_ptr<Kernel>(HWY_DYNAMIC_DISPATCH(new_power_law_kernel)(stencil));
          },
          [](const RadialStencil& stencil, const double* shape, RadialTable& table) {
            HWY_DYNAMIC_DISPATCH(tabulate_power_law)(stencil, shape, table);
          }};
}

namespace {

/// The integral of (1 - v^p)^q from 0 to `end` <= 1, by the midpoint rule in u with v = u (2 - u),
/// which flattens the pole that a negative q makes at v = 1.
double integral(double end, double p, double q) {
  constexpr int steps = 4000;
  const double last = end / (1 + std::sqrt(1 - end));
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double u = last * (i + 0.5) / steps;
    sum += std::pow(1 - std::pow(u * (2 - u), p), q) * 2 * (1 - u);
  }
  return sum * last / steps;
}

} // namespace

double power_law_beyond(double reach, int dimension, double length, double exponent) {
  // r = l tan(phi), v = cos(phi)^(s - d): the integral of (1 - v^(2/(s - d)))^((d - 2)/2).
  const double excess = exponent - dimension, x = reach / length;
  const double end = std::pow(1 + x * x, -excess / 2), q = (dimension - 2) / 2.0;
  return integral(end, 2 / excess, q) / integral(1.0, 2 / excess, q);
}

namespace {

std::optional<ValueLimit> above_the_dimension(int dimension) {
  return ValueLimit{static_cast<double>(dimension),
                    ", the dimension, or not even the sum of the weights converges"};
}

NaturalRadius no_natural_end(const KernelTerm&, const GridSpec&) {
  return {1, "missing: the points after which the power law is cut off; its tail has no natural "
             "end"};
}

CutOff longest_tail(std::span<const ParameterRange> values, const Spacings& reach, int dimension) {
  const double shortest = *std::min_element(reach.end() - dimension, reach.end());
  return {"the power law of the longest tail",
          power_law_beyond(shortest, dimension, values[1].maximum, values[2].minimum)};
}

std::vector<FamilyParameter> power_law_parameters() {
  return {{.name = "strength",
           .symbol = "A_p",
           .fallback = must_be_given,
           .text = "A of power-law, 1 component",
           .measure = Measure::per_volume},
          {.name = "length",
           .symbol = "l",
           .fallback = must_be_given,
           .text = "ℓ of power-law, 1 component, in the units of the grid; above 0",
           .measure = Measure::length,
           .limit = above_zero},
          {.name = "exponent",
           .symbol = "s",
           .fallback = must_be_given,
           .text = "s of power-law, 1 component; above d, or its weights have no sum",
           .limit = above_the_dimension}};
}

} // namespace

KernelFamily power_law_family() {
  return {.name = "power-law",
          .text = "`W_r = A Π_a Δ_a (1 + |r|²/ℓ²)^(-s/2)`, cut off at `radius`",
          .place = 50,
          .options = {radius_option("of power-law: to be given, its tail has no natural end")},
          .parameters = power_law_parameters(),
          .radius = counted_radius,
          .natural_radius = no_natural_end,
          .most_neighbours = most_neighbours_computed,
          .galerkin = true,
          .table = radial_table<power_law_profile>,
          .make = radial_kernel<power_law_profile>,
          .radial = power_law_profile,
          .cut_off = longest_tail};
}

} // namespace nadir
#endif
