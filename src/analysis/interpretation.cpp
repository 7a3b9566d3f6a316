#include "nadir/analysis/interpretation.hpp"

#include "nadir/base/log.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace nadir {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// The rows that averages are taken over: 1 where a row touches no boundary, or everywhere if all
/// do.
std::vector<std::uint8_t> rows_in_use(const Interpretation& found) {
  std::vector<std::uint8_t> use;
  for (const double flag : found.at_boundary) use.push_back(flag == 0);
  if (std::ranges::count(use, 1) == 0) std::ranges::fill(use, std::uint8_t{1});
  return use;
}

double mean_in_use(const Interpretation& found, std::size_t moment) {
  return range_over_rows(found, rows_of(found, found.moments, moment)).mean;
}

void add_locality(const InterpretationPlan& plan, const DistanceProfile& profile,
                  const std::optional<PowerLaw>& known, Interpretation& found) {
  const Locality shares = locality_of(profile, plan.distances);
  found.row_weight = std::accumulate(profile.absolute.begin(), profile.absolute.end(), 0.0) /
                     static_cast<double>(found.rows);
  if (found.row_weight == 0) { // shares of nothing
    found.absolute.assign(plan.distances.size(), unknown);
    found.squared = found.absolute;
    found.radius.assign(radius_shares.size(), unknown);
    return;
  }
  found.absolute = shares.absolute;
  found.squared = shares.squared;
  for (const double share : radius_shares) found.radius.push_back(radius_of_share(profile, share));
  if (const auto law = known ? known : fit_power_law(profile))
    found.power_law = {law->exponent, law->error, law->length};
}

/// What is divergent is named and not given as a number.
void hide_divergent(const InterpretationPlan& plan, Interpretation& found) {
  if (found.power_law.empty()) return;
  const PowerLaw law{found.power_law[0], found.power_law[1], found.power_law[2]};
  for (std::size_t m = 0; m < plan.indices.size(); ++m) {
    const std::int64_t order = total_order(plan.indices[m]);
    if (law.has_moments(order, plan.neurons.dimension)) continue;
    found.states[m] = static_cast<double>(MomentState::divergent);
    found.explained[static_cast<std::size_t>(order)] = unknown;
    found.explained_change[static_cast<std::size_t>(order)] = unknown;
    for (auto* fields : {&found.moments, &found.differences})
      if (!fields->empty())
        std::ranges::fill(std::span(*fields).subspan(m * static_cast<std::size_t>(found.rows),
                                                     static_cast<std::size_t>(found.rows)),
                          unknown);
  }
}

void add_cumulants(const InterpretationPlan& plan, Interpretation& found) {
  const auto d = static_cast<std::size_t>(plan.neurons.dimension);
  found.mass = 1 - plan.omega + plan.omega * mean_in_use(found, 0);
  found.layer_weight = std::abs(1 - plan.omega) + std::abs(plan.omega) * found.row_weight;
  if (!found.has_cumulants()) {
    for (auto* of : {&found.drift, &found.variance, &found.effective_diffusion, &found.third})
      of->assign(d, unknown);
    return;
  }
  for (std::size_t a = 0; a < d; ++a) {
    std::array<double, 4> along{};
    for (std::int32_t power = 0; power < 4; ++power) {
      MomentIndex k(d, 0);
      k[a] = power;
      along[static_cast<std::size_t>(power)] =
          power <= plan.order ? mean_in_use(found, position_of(plan.indices, k)) : unknown;
    }
    const Cumulants c = cumulants_of(along, plan.omega);
    found.drift.push_back(c.drift);
    found.variance.push_back(c.variance);
    found.effective_diffusion.push_back(c.effective_diffusion);
    found.third.push_back(c.third);
  }
}

void add_symbol(const InterpretationPlan& plan, const KernelRows& kernel, Interpretation& found) {
  const auto use = kernel.stencil()
                       ? std::vector<std::uint8_t>(static_cast<std::size_t>(found.rows), 1)
                       : rows_in_use(found);
  Symbol symbol = symbol_of(kernel, plan.directions, plan.phases, plan.omega, use);
  for (const auto& value : symbol.value) {
    found.symbol_real.push_back(value.real());
    found.symbol_imaginary.push_back(value.imag());
  }
  found.amplification = std::move(symbol.amplification);
  found.lowest = std::move(symbol.lowest);
  found.highest = std::move(symbol.highest);
}

/// The spectrum of the leading block, and what it says.
void add_diagnosis(std::span<const double> weights, std::int64_t n, const RandomEnsemble* ensemble,
                   Interpretation& found) {
  found.stable_rank = stable_rank(weights, n, n);
  found.kurtosis = kurtosis(weights);
  found.p_circular = found.p_marchenko_pastur = unknown;
  const std::int64_t size = judged_size(n);
  if (size == 0 || !ensemble) return;
  std::vector<double> block;
  for (std::int64_t i = 0; i < size; ++i) {
    const auto row =
        weights.subspan(static_cast<std::size_t>(i * n), static_cast<std::size_t>(size));
    block.insert(block.end(), row.begin(), row.end());
  }
  const MatrixSpectrum spectrum = spectrum_of(block, size);
  for (const auto& value : spectrum.eigenvalues) {
    found.eigenvalues.push_back(value.real());
    found.eigenvalues.push_back(value.imag());
  }
  found.singular_values = spectrum.singular_values;
  const RandomDiagnosis diagnosis = diagnose(spectrum, *ensemble);
  found.verdict = static_cast<double>(diagnosis.verdict);
  found.p_circular = diagnosis.p_circular;
  found.p_marchenko_pastur = diagnosis.p_marchenko_pastur;
  found.outlying_eigenvalues = static_cast<double>(diagnosis.outlying_eigenvalues);
  found.outlying_singular_values = static_cast<double>(diagnosis.outlying_singular_values);
}

/// Numbers that reproduce W z: coefficients up to the sufficient order, one of each or one per row.
/// Where no order suffices, the weights that are not 0.
void count_parameters(const InterpretationPlan& plan, std::span<const double> weights,
                      Interpretation& found) {
  const auto zeros = static_cast<double>(std::ranges::count(weights, 0.0));
  found.effective_parameters = static_cast<double>(weights.size()) - zeros;
  const std::int64_t order = found.sufficient_order();
  if (order < 0) return;
  const auto& fields = found.differences.empty() ? found.moments : found.differences;
  double coefficients = 0;
  for (std::size_t m = 0; m < plan.indices.size(); ++m) {
    if (total_order(plan.indices[m]) > order) break;
    const FieldRange range = range_over_rows(found, rows_of(found, fields, m));
    const double negligible = negligible_moment(plan, found, total_order(plan.indices[m]));
    if (std::max(std::abs(range.lowest), std::abs(range.highest)) <= negligible) continue;
    coefficients += range.constant(negligible) ? 1.0 : static_cast<double>(found.rows);
  }
  found.effective_parameters = std::min(found.effective_parameters, coefficients);
}

} // namespace

std::int64_t Neurons::points() const {
  return lattice ? lattice->points() : static_cast<std::int64_t>(coordinates.size()) / dimension;
}

std::vector<std::string> Neurons::axis_names() const {
  if (dimension == 1) return {"x"};
  if (dimension == 2) return {"y", "x"};
  if (dimension == 3) return {"z", "y", "x"};
  std::vector<std::string> names;
  for (int a = 0; a < dimension; ++a) names.push_back(formatted("q%d", a));
  return names;
}

void InterpretationPlan::complete(double farthest) {
  indices = moment_indices(neurons.dimension, order);
  phases = sampled_phases(sampled_waves);
  directions = neurons.lattice ? directions_of(neurons.dimension) : std::vector<Direction>{};
  distances.clear();
  for (std::size_t i = 0; i < sampled_distances; ++i)
    distances.push_back(farthest * static_cast<double>(i) / (sampled_distances - 1));
}

bool Interpretation::has_cumulants() const {
  constexpr double tiny = 0.01;
  return std::isnan(mass) || mass > tiny * layer_weight;
}

std::int64_t Interpretation::sufficient_order() const {
  const auto enough = [](double share) { return std::isnan(share) || share >= enough_explained; };
  for (std::size_t n = 0; n < explained.size(); ++n)
    if (explained[n] >= enough_explained && enough(explained_change[n]))
      return static_cast<std::int64_t>(n);
  return -1;
}

Interpretation interpret_kernel(const InterpretationPlan& plan, const KernelRows& kernel,
                                const RandomEnsemble* ensemble,
                                const std::optional<PowerLaw>& known) {
  const Lattice& grid = *plan.neurons.lattice;
  Interpretation found;
  found.rows = kernel.rows();
  found.stencil = kernel.stencil();
  found.moments = moments_of(kernel, plan.indices);
  found.differences = difference_coefficients(grid, plan.indices, found.moments);
  const auto reach = reach_of(kernel);
  for (const MomentIndex& k : plan.indices)
    found.states.push_back(is_aliased(k, kernel.stencil() ? kernel.lattice : grid, reach));
  found.reach.assign(reach.end() - plan.neurons.dimension, reach.end());
  found.at_boundary.assign(static_cast<std::size_t>(found.rows), 0.0);
  if (found.rows == grid.points()) {
    const auto flags = points_at_boundary(grid, reach);
    found.at_boundary.assign(flags.begin(), flags.end());
  }
  Explained shares = explained_shares(kernel, grid, plan.indices, found.differences,
                                      plan.signals.empty() ? wave_battery(grid) : plan.signals);
  found.explained = std::move(shares.output);
  found.explained_change = std::move(shares.change);
  add_locality(plan, distance_profile(kernel), known, found);
  hide_divergent(plan, found);
  add_symbol(plan, kernel, found);
  add_cumulants(plan, found);
  if (kernel.stencil()) {
    found.p_circular = found.p_marchenko_pastur = found.stable_rank = unknown;
    found.kurtosis = unknown;
  } else {
    add_diagnosis(kernel.weights, kernel.columns(), ensemble, found);
  }
  count_parameters(plan, kernel.weights, found);
  return found;
}

Interpretation interpret_points(const InterpretationPlan& plan, std::span<const double> weights,
                                const RandomEnsemble* ensemble) {
  const Neurons& neurons = plan.neurons;
  Interpretation found;
  found.rows = neurons.points();
  found.moments = moments_of_points(neurons.coordinates, neurons.dimension, weights, plan.indices);
  found.states.assign(plan.indices.size(), 0.0);
  found.at_boundary.assign(static_cast<std::size_t>(found.rows), 0.0);
  const auto signals =
      plan.signals.empty() ? wave_battery(neurons.coordinates, neurons.dimension) : plan.signals;
  const Explained shares = explained_by_mass(weights, rows_of(found, found.moments, 0), signals);
  found.explained.assign(static_cast<std::size_t>(plan.order) + 1, unknown);
  found.explained_change = found.explained;
  found.explained[0] = shares.output[0];
  found.explained_change[0] = shares.change[0];
  add_locality(plan, distance_profile(neurons.coordinates, neurons.dimension, weights), {}, found);
  hide_divergent(plan, found);
  add_cumulants(plan, found);
  add_diagnosis(weights, found.rows, ensemble, found);
  count_parameters(plan, weights, found);
  return found;
}

std::int64_t judged_size(std::int64_t n) {
  return n < fewest_eigenvalues ? 0 : std::min(n, largest_judged);
}

bool FieldRange::constant(double negligible) const {
  constexpr double spread = 1e-3;
  const double size = std::max(std::abs(lowest), std::abs(highest));
  return highest - lowest <= std::max(spread * size, negligible);
}

double negligible_moment(const InterpretationPlan& plan, const Interpretation& found,
                         std::int64_t order) {
  constexpr double rounding = 1e-12;
  if (found.row_weight == 0) return 0;
  const double length = std::max(found.radius.back(), plan.distances[1]);
  return rounding * found.row_weight * std::pow(length, static_cast<double>(order));
}

FieldRange range_over_rows(const Interpretation& found, std::span<const double> field) {
  const auto use = rows_in_use(found);
  FieldRange range{0, std::numeric_limits<double>::infinity(),
                   -std::numeric_limits<double>::infinity()};
  double count = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (!use[i]) continue;
    if (std::isnan(field[i])) return {unknown, unknown, unknown};
    range.mean += field[i];
    count += 1;
    range.lowest = std::min(range.lowest, field[i]);
    range.highest = std::max(range.highest, field[i]);
  }
  range.mean = std::clamp(range.mean / count, range.lowest, range.highest);
  return range;
}

std::span<const double> rows_of(const Interpretation& found, const std::vector<double>& fields,
                                std::size_t moment) {
  const auto rows = static_cast<std::size_t>(found.rows);
  return std::span(fields).subspan(moment * rows, rows);
}

} // namespace nadir
