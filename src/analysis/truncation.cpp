#include "nadir/analysis/truncation.hpp"

#include "nadir/analysis/summary.hpp"
#include "nadir/base/log.hpp"
#include "nadir/kernel/kernel_family.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nadir {
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

std::string cut_off_line(const char* what, double share) {
  return formatted("cut off at the kernel's radius: %s leaves out %.2g of its weight", what, share);
}

} // namespace

double gaussian_beyond(const std::array<double, max_dimension>& reach, double sigma) {
  double log_within = 0;
  for (const double r : reach)
    if (r > 0) log_within += std::log1p(-std::erfc(r / (sigma * std::numbers::sqrt2)));
  return -std::expm1(log_within);
}

double power_law_beyond(double reach, int dimension, double length, double exponent) {
  // r = l tan(phi), v = cos(phi)^(s - d): the integral of (1 - v^(2/(s - d)))^((d - 2)/2).
  const double excess = exponent - dimension, x = reach / length;
  const double end = std::pow(1 + x * x, -excess / 2), q = (dimension - 2) / 2.0;
  return integral(end, 2 / excess, q) / integral(1.0, 2 / excess, q);
}

std::string truncation_text(const Grid& grid, const ModelSpec& c,
                            const Coefficients& coefficients) {
  std::string text;
  const auto add = [&text](const std::string& line) { text += (text.empty() ? "" : "\n") + line; };
  std::array<double, max_dimension> reach{};
  for (auto a = static_cast<std::size_t>(grid.first_axis()); a < reach.size(); ++a)
    reach[a] = (static_cast<double>(c.kernel.radius) + 0.5) * grid.spacings()[a];
  if (has_family(c.kernel, "gaussian")) {
    const double sigma = range_of(grid, coefficients[Parameter::width], 0).maximum;
    add(cut_off_line("the widest gaussian", gaussian_beyond(reach, sigma)));
  }
  if (has_family(c.kernel, "power-law")) {
    const double length = range_of(grid, coefficients[Parameter::length], 0).maximum;
    const double exponent = range_of(grid, coefficients[Parameter::exponent], 0).minimum;
    const double shortest = *std::min_element(reach.begin() + grid.first_axis(), reach.end());
    add(cut_off_line("the power law of the longest tail",
                     power_law_beyond(shortest, grid.dimension(), length, exponent)));
  }
  return text;
}

} // namespace nadir
