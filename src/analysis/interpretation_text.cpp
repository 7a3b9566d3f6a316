#include "nadir/analysis/interpretation.hpp"

#include "nadir/base/log.hpp"
#include "nadir/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace nadir {
namespace {

/// The axes of a multi-index one by one: "xx", "yx".
std::string axes_of(const MomentIndex& k, const std::vector<std::string>& axes) {
  std::string text;
  for (std::size_t a = 0; a < k.size(); ++a)
    for (std::int32_t p = 0; p < k[a]; ++p) text += axes[a];
  return text;
}

double factorial_of(const MomentIndex& k) {
  double product = 1;
  for (const std::int32_t power : k) product *= std::tgamma(power + 1.0);
  return product;
}

/// What stands in the coefficient's place of the PDE: R = W_0 - 1, U = -W_1, D = W_2/2, W_k/k!.
double coefficient_of(const MomentIndex& k, double moment) {
  const std::int64_t order = total_order(k);
  if (order == 0) return moment - 1;
  if (order == 1) return -moment;
  return order == 2 ? moment / 2 : moment / factorial_of(k);
}

std::string power_of_units(const std::string& units, std::int64_t power) {
  if (units == "1" || power == 0) return "";
  return power == 1 ? " " + units
                    : formatted(" %s^%lld", units.c_str(), static_cast<long long>(power));
}

/// What a coefficient of this sign does by itself: an even order smears when it is
/// (-1)^(order/2+1).
std::string effect_of(const MomentIndex& k, double value) {
  const std::int64_t order = total_order(k);
  if (order == 0) return value > 0 ? ", growth" : ", decay";
  if (order == 1) return value > 0 ? ", forwards" : ", backwards";
  if (std::ranges::any_of(k, [](std::int32_t power) { return power % 2; })) return "";
  return (order / 2 % 2 == 1) == (value > 0) ? ", smears" : ", sharpens";
}

/// A number, or a dash for one that does not exist.
std::string number_or_dash(double value) {
  return std::isnan(value) ? "-" : formatted("%.4g", value);
}

FieldRange coefficient_range(const InterpretationPlan& plan, const Interpretation& found,
                             std::size_t moment) {
  const FieldRange w = range_over_rows(found, rows_of(found, found.moments, moment));
  const MomentIndex& k = plan.indices[moment];
  FieldRange c{coefficient_of(k, w.mean), coefficient_of(k, w.lowest),
               coefficient_of(k, w.highest)};
  if (c.lowest > c.highest) std::swap(c.lowest, c.highest);
  return c;
}

bool is_negligible(const InterpretationPlan& plan, const Interpretation& found, std::size_t moment,
                   const FieldRange& range) {
  const double limit = negligible_moment(plan, found, total_order(plan.indices[moment]));
  return std::max(std::abs(range.lowest), std::abs(range.highest)) <= limit;
}

std::string moment_line(const InterpretationPlan& plan, const Interpretation& found,
                        std::size_t moment) {
  const MomentIndex& k = plan.indices[moment];
  const std::int64_t order = total_order(k);
  const auto state = static_cast<MomentState>(static_cast<int>(found.states[moment]));
  const std::string name = coefficient_name(k, plan.neurons.axis_names());
  const std::string start = formatted("  %-10s %-24s ", name.c_str(), process_name(order).c_str());
  if (state == MomentState::divergent)
    return start + "does not exist: it would measure the box and not the weights";
  const FieldRange range = coefficient_range(plan, found, moment);
  if (is_negligible(plan, found, moment, range)) return start + "0";
  const std::string units = power_of_units(plan.units, order);
  const double limit = negligible_moment(plan, found, order);
  std::string text =
      start + formatted("%.6g%s", std::abs(range.mean) > limit ? range.mean : 0.0, units.c_str());
  text += range.constant(limit) ? effect_of(k, range.mean)
                                : formatted(" (%.4g .. %.4g)", range.lowest, range.highest);
  if (state == MomentState::aliased) text += "; an alias of lower orders, not learned";
  return text;
}

std::string moments_text(const InterpretationPlan& plan, const Interpretation& found) {
  std::string text;
  constexpr std::size_t most = 60;
  for (std::size_t m = 0; m < std::min(most, plan.indices.size()); ++m)
    text += moment_line(plan, found, m) + "\n";
  if (plan.indices.size() > most)
    text += formatted("  and %zu more in the file\n", plan.indices.size() - most);
  return text;
}

std::string boundary_text(const Interpretation& found) {
  const auto flagged = std::ranges::count(found.at_boundary, 1.0);
  const auto rows = static_cast<std::ptrdiff_t>(found.at_boundary.size());
  if (flagged == 0) return "";
  if (flagged == rows)
    return "  every row touches a boundary: its moments are those of what is left of it\n";
  return formatted("  %td of %td rows touch a boundary and are left out of means and ranges\n",
                   flagged, rows);
}

std::string power_law_text(const InterpretationPlan& plan, const Interpretation& found) {
  if (found.power_law.empty()) return "";
  const double s = found.power_law[0];
  const double order = s - plan.neurons.dimension;
  std::string text = formatted("  weights fall off as |r|^-%.4g, a power law: ", s);
  text += std::ranges::count(found.states, static_cast<double>(MomentState::divergent)) ==
                  static_cast<std::ptrdiff_t>(found.states.size())
              ? std::string("no moment exists, not even R")
              : formatted("only moments of an order below %.4g exist", order);
  return text + "\n";
}

std::string locality_text(const InterpretationPlan& plan, const Interpretation& found) {
  const std::string units = power_of_units(plan.units, 1);
  if (found.row_weight == 0) return "locality: undefined, all weights are 0\n";
  std::string text = formatted(
      "locality: 50, 90 and 99 %% of |W| lie within %.4g, %.4g and %.4g%s; the largest distance "
      "is %.4g%s\n",
      found.radius[0], found.radius[1], found.radius[2], units.c_str(), plan.distances.back(),
      units.c_str());
  const double half = found.absolute[found.absolute.size() / 2];
  constexpr double far_reaching = 0.8;
  if (half < far_reaching && found.power_law.empty() && !found.stencil)
    text +=
        formatted("  %.0f %% lie beyond half of the largest distance: these weights do not fall "
                  "off, and their moments measure the box\n",
                  100 * (1 - half));
  return text;
}

std::string shares_text(const std::vector<double>& shares) {
  std::string text;
  for (std::size_t n = 0; n < shares.size(); ++n)
    text +=
        std::isnan(shares[n]) ? formatted("  %zu: -", n) : formatted("  %zu: %.4f", n, shares[n]);
  return text;
}

/// Whether no row reaches further than the orders of moments tell apart, 2 r for r steps.
bool has_few_moments(const InterpretationPlan& plan, const Interpretation& found) {
  return std::ranges::all_of(found.reach, [&](double steps) { return 2 * steps <= plan.order; });
}

/// Below this share of W z the equation of all orders says nothing about the weights.
constexpr double well_described = 0.5;

std::string explained_text(const InterpretationPlan& plan, const Interpretation& found) {
  std::string text = formatted("share explained on %s, by orders up to",
                               plan.signals.empty() ? "a battery of waves" : "your signals");
  text += "\n  of W z        " + shares_text(found.explained);
  text += "\n  of its change " + shares_text(found.explained_change);
  if (!plan.neurons.lattice)
    text += "\n  on scattered points no differences are known: order 0 alone is judged";
  else if (std::isnan(found.explained[0]) && found.states[0] == 0)
    text += std::isnan(found.explained_change[0])
                ? "\n  the axes are too short for the differences of this order"
                : "\n  W z vanishes on these signals: there is nothing of it to explain";
  else if (found.explained.back() < well_described)
    text += "\n  the series fails: these moments and their equation do not describe the weights";
  if (found.stencil && found.sufficient_order() >= 0 && has_few_moments(plan, found))
    text += "\n  so short a stencil is explained by the orders it has: that is its construction";
  return text + "\n";
}

std::string layer_text(const InterpretationPlan& plan, const Interpretation& found) {
  std::string text = formatted("one layer with omega = %g and f = identity%s: mass %s\n",
                               plan.omega, found.rows > 1 ? ", by the means of the rows" : "",
                               number_or_dash(found.mass).c_str());
  if (!plan.scheme.empty())
    text += "  (of explicit Euler; the layers of this result are " + plan.scheme + ")\n";
  const auto axes = plan.neurons.axis_names();
  const auto in_units = [&](double value, std::int64_t power) {
    return number_or_dash(value) + power_of_units(plan.units, power);
  };
  if (!found.has_cumulants())
    text += "  the sum of its weights is not above 0, or next to nothing: drift and variance are "
            "undefined\n";
  for (std::size_t a = 0; a < std::min<std::size_t>(3, axes.size()) && found.has_cumulants(); ++a)
    text += formatted(
        "  along %s: drift %s, variance %s, effective diffusion %s, third cumulant %s\n",
        axes[a].c_str(), in_units(found.drift[a], 1).c_str(),
        in_units(found.variance[a], 2).c_str(), in_units(found.effective_diffusion[a], 2).c_str(),
        in_units(found.third[a], 3).c_str());
  if (found.amplification.empty()) return text;
  const double at_rest = found.amplification.front();
  const auto smoothed = std::ranges::count_if(found.amplification,
                                              [&](double a) { return a < at_rest * (1 - 1e-12); });
  const double largest = *std::ranges::max_element(found.highest);
  text += formatted("amplification: |a(0)| = %.6g, %.0f %% of the sampled waves are smoothed, the "
                    "largest |a| of any row is %.6g%s\n",
                    at_rest,
                    100.0 * static_cast<double>(smoothed) /
                        static_cast<double>(found.amplification.size() - plan.directions.size()),
                    largest, largest > 1 + 1e-12 ? ": it grows" : "");
  return text;
}

std::string random_text(const InterpretationPlan& plan, const Interpretation& found) {
  if (found.stencil) return "random or not: a stencil, which has too few weights to judge\n";
  if (found.singular_values.empty())
    return formatted("random or not: fewer than %lld eigenvalues, nothing can be said\n",
                     static_cast<long long>(fewest_eigenvalues));
  if (found.verdict < 0)
    return "random or not: undefined, all weights are the same\nstable rank " +
           number_or_dash(found.stable_rank) + "\n";
  std::string text =
      found.verdict == 1
          ? "random or not: by its spectrum this matrix cannot be told from a random "
            "one"
          : "random or not: this matrix has structure, its spectrum is not a random "
            "one's";
  text += formatted(" (p = %.2g against the circular law, %.2g against Marchenko-Pastur's; %.0f "
                    "eigenvalues and %.0f singular values lie beyond a random matrix's)",
                    found.p_circular, found.p_marchenko_pastur, found.outlying_eigenvalues,
                    found.outlying_singular_values);
  const auto judged = static_cast<double>(found.singular_values.size());
  if (judged < static_cast<double>(plan.neurons.points()))
    text += formatted("\n  judged by its leading block of %.0f rows and columns", judged);
  constexpr double heavy = 4.5, clear = 1e-6;
  const double p = std::min(found.p_circular, found.p_marchenko_pastur);
  if (found.kurtosis > heavy && found.verdict == 0 && p > clear)
    text += formatted("\n  its weights have heavy tails (kurtosis %.3g; 3 for normal ones), which "
                      "alone make large values",
                      found.kurtosis);
  return text + formatted("\nstable rank %.4g\n", found.stable_rank);
}

std::string parameters_text(const InterpretationPlan& plan, const Interpretation& found) {
  const std::int64_t order = found.sufficient_order();
  const std::string how =
      order < 0
          ? std::string("no order explains 99 % of W z and its change: all weights that are not 0")
          : formatted("moments up to order %lld explain 99 %% of W z and its change",
                      static_cast<long long>(order));
  return formatted("effective parameters: %.0f of %.0f (%s)\n", found.effective_parameters,
                   plan.weights, how.c_str());
}

std::string identifiable_text(const InterpretationPlan& plan) {
  if (!plan.activation_is_identity) return "";
  return plan.omega_is_trained
             ? "omega was trained with f = identity: only omega R, omega U and omega D are known, "
               "not R, U and D themselves\n"
             : "";
}

/// A number for LaTeX, "3.2\times 10^{-5}".
std::string latex_number(double value) {
  std::string text = formatted("%.4g", std::abs(value));
  const auto e = text.find('e');
  if (e == std::string::npos) return text;
  return text.substr(0, e) + "\\times 10^{" + std::to_string(std::stoi(text.substr(e + 1))) + "}";
}

/// A coefficient that varies, by its name: U_{x}(q).
std::string latex_name(const MomentIndex& k, const std::vector<std::string>& axes) {
  const std::string name = coefficient_name(k, axes);
  const auto subscript = name.find('_'), slash = name.find('/');
  std::string text = name.substr(0, subscript);
  if (subscript != std::string::npos)
    text += "_{" + name.substr(subscript + 1, slash - subscript - 1) + "}";
  text += "(q)";
  if (slash != std::string::npos) text = "\\tfrac{1}{" + name.substr(slash + 1) + "}" + text;
  return text;
}

std::string latex_derivative(const MomentIndex& k, const std::vector<std::string>& axes) {
  std::string text;
  for (std::size_t a = 0; a < k.size(); ++a) {
    if (k[a] == 0) continue;
    text += "\\partial_{" + axes[a] + "}";
    if (k[a] > 1) text += "^{" + std::to_string(k[a]) + "}";
  }
  return text;
}

} // namespace

std::string process_name(std::int64_t order) {
  constexpr std::array names{"reaction", "advection", "diffusion", "dispersion", "hyper-diffusion"};
  if (order < static_cast<std::int64_t>(names.size()))
    return names[static_cast<std::size_t>(order)];
  return order % 2 ? "generalised propagation" : "generalised diffusion";
}

std::string coefficient_name(const MomentIndex& k, const std::vector<std::string>& axes) {
  const std::int64_t order = total_order(k);
  if (order == 0) return "R";
  const std::string subscript = axes_of(k, axes);
  if (order == 1) return "U_" + subscript;
  if (order == 2) return "D_" + subscript;
  return "W_" + subscript + "/" + formatted("%.0f", factorial_of(k));
}

std::string neurons_text(const InterpretationPlan& plan) {
  const Neurons& neurons = plan.neurons;
  if (!neurons.lattice)
    return formatted("%lld points in %d dimensions", static_cast<long long>(neurons.points()),
                     neurons.dimension);
  std::vector<std::string> axes;
  for (std::size_t a = 0; a < neurons.lattice->shape.size(); ++a)
    axes.push_back(formatted("%s: %lld points, spacing %g%s, %s", neurons.axis_names()[a].c_str(),
                             static_cast<long long>(neurons.lattice->shape[a]),
                             neurons.lattice->spacing[a], power_of_units(plan.units, 1).c_str(),
                             neurons.lattice->periodic[a] ? "periodic" : "open"));
  return join(axes, "; ");
}

std::string equation_latex(const InterpretationPlan& plan, const Interpretation& found) {
  std::string text = "\\partial_t z = \\gamma\\,\\bigl[";
  const auto axes = plan.neurons.axis_names();
  bool first = true, leaves_out = false;
  for (std::size_t m = 0; m < plan.indices.size(); ++m) {
    const MomentIndex& k = plan.indices[m];
    if (found.states[m] != 0) {
      leaves_out = leaves_out || found.states[m] == static_cast<double>(MomentState::divergent);
      continue;
    }
    const FieldRange range = coefficient_range(plan, found, m);
    if (is_negligible(plan, found, m, range)) continue;
    // R z - U.grad z + D:grad grad z + ...: a mixed difference of D stands twice.
    const bool varies = !range.constant(negligible_moment(plan, found, total_order(k)));
    double factor = varies ? 1.0 : range.mean;
    if (total_order(k) == 1) factor = -factor;
    const bool twice = total_order(k) == 2 && *std::ranges::max_element(k) == 1;
    if (twice) factor *= 2;
    text += factor < 0 ? " - " : first ? " " : " + ";
    text += varies ? (twice ? "2\\," : "") + latex_name(k, axes) : latex_number(factor);
    text += "\\," + latex_derivative(k, axes) + " z";
    first = false;
  }
  if (first) text += " 0";
  if (leaves_out) text += " + \\dots";
  return text + " - b \\bigr]";
}

std::string interpretation_text(const InterpretationPlan& plan, const Interpretation& found) {
  return moments_text(plan, found) + boundary_text(found) + power_law_text(plan, found) +
         identifiable_text(plan) + "equation (f = identity): " + equation_latex(plan, found) +
         "\n" + layer_text(plan, found) + explained_text(plan, found) + locality_text(plan, found) +
         random_text(plan, found) + parameters_text(plan, found);
}

} // namespace nadir
