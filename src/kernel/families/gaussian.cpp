#include "nadir/kernel/radial.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/families/gaussian.cpp"
#include "base/instruction_sets.hpp"

#include <hwy/foreach_target.h> // includes this file once for every instruction set

#include "kernel/radial-inl.hpp"

#include "kernel/radial_parameters.hpp"

#include "nadir/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

HWY_BEFORE_NAMESPACE();
namespace nadir::HWY_NAMESPACE {
namespace {

/// phi = prod_a [Delta_a / (sigma sqrt(2 pi))] exp(-|r|^2 / (2 sigma^2))
struct GaussianProfile {
  static constexpr std::size_t shapes = 1; // sigma

  explicit GaussianProfile(const RadialStencil& stencil)
      : dimension(stencil.dimension), volume(stencil.volume) {}

  template<class Tag> struct At { hn::Vec<Tag> inverse, norm; };

  template<class Tag> HWY_INLINE At<Tag> at(Tag v, const hn::Vec<Tag> (&shape)[shapes]) const {
    constexpr double peak = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    const auto inverse = hn::Set(v, 1.0) / shape[0];
    auto norm = hn::Set(v, volume);
    for (int a = 0; a < dimension; ++a) norm = norm * (inverse * hn::Set(v, peak));
    return {inverse, norm};
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> value(Tag v, const At<Tag>& at, hn::Vec<Tag> square) const {
    const auto widths = square * at.inverse * at.inverse;
    return at.norm * exp_of_negative(v, widths * hn::Set(v, -0.5));
  }

  template<class Tag>
  HWY_INLINE hn::Vec<Tag> slopes(Tag v, const At<Tag>& at, hn::Vec<Tag> square,
                                 hn::Vec<Tag>* slope) const {
    const auto phi = value(v, at, square);
    const auto widths = square * at.inverse * at.inverse;
    slope[0] = phi * at.inverse * (widths - hn::Set(v, static_cast<double>(dimension)));
    return phi;
  }

  int dimension;
  double volume;
};

/// The caller owns it.
Kernel* new_gaussian_kernel(const RadialStencil& stencil) {
  return new RadialKernel<GaussianProfile>(stencil);
}

void tabulate_gaussian(const RadialStencil& stencil, const double* shape, RadialTable& table) {
  fill_table(stencil, GaussianProfile(stencil), shape, table);
}

} // namespace
} // namespace nadir::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {

HWY_EXPORT(new_gaussian_kernel);
HWY_EXPORT(tabulate_gaussian);

RadialFamily gaussian_profile() {
  return {1,
          [](const RadialStencil& stencil) {
            return std::unique_ptr<Kernel>(HWY_DYNAMIC_DISPATCH(new_gaussian_kernel)(stencil));
          },
          [](const RadialStencil& stencil, const double* shape, RadialTable& table) {
            HWY_DYNAMIC_DISPATCH(tabulate_gaussian)(stencil, shape, table);
          }};
}

double gaussian_beyond(const std::array<double, max_dimension>& reach, double sigma) {
  double log_within = 0;
  for (const double r : reach)
    if (r > 0) log_within += std::log1p(-std::erfc(r / (sigma * std::numbers::sqrt2)));
  return -std::expm1(log_within);
}

namespace {

/// 8 sigma of the widest Gaussian there may be, so that what is cut off is rounding.
NaturalRadius eight_widths(const KernelTerm& term, const GridSpec& grid) {
  constexpr double reach = 8;
  const ParameterSpec& width = *term.find("width");
  if (!width.bounds && (width.init_file || width.noise.deviation > 0))
    return {1, "missing: where the width comes from a file without bounds, the points after which "
               "the Gaussian is cut off"};
  const double sigma = width.bounds ? width.bounds->second : std::ranges::max(width.init);
  const double points = std::ceil(reach * sigma / std::ranges::min(grid.spacing));
  if (!(points < 1e6))
    return {1, "missing: 8 times a width of up to " + number_text(sigma) + " is beyond any grid"};
  return {std::max<std::int64_t>(1, static_cast<std::int64_t>(points)), ""};
}

std::vector<FamilyParameter> gaussian_parameters() {
  return {{.name = "amplitude",
           .symbol = "A",
           .fallback = 1.0,
           .text = "A of gaussian, 1 component: the sum of its weights"},
          {.name = "width",
           .symbol = "sigma",
           .fallback = must_be_given,
           .text = "σ of gaussian, 1 component, in the units of the grid; above 0",
           .measure = Measure::length,
           .limit = above_zero}};
}

} // namespace

KernelFamily gaussian_family() {
  return {.name = "gaussian",
          .text = "`W_r = A Π_a[Δ_a/(σ√(2π))] exp(-|r|²/2σ²)`, cut off at `radius`",
          .place = 40,
          .options = {radius_option(
              "of gaussian: by default 8 σ, σ the upper bound or where it starts")},
          .parameters = gaussian_parameters(),
          .radius = counted_radius,
          .natural_radius = eight_widths,
          .most_neighbours = most_neighbours_computed,
          .galerkin = true,
          .table = radial_table<gaussian_profile>,
          .make = radial_kernel<gaussian_profile>,
          .radial = gaussian_profile,
          .cut_off = [](std::span<const ParameterRange> values, const Spacings& reach, int) {
            return CutOff{"the widest gaussian", gaussian_beyond(reach, values[1].maximum)};
          }};
}

} // namespace nadir
#endif
