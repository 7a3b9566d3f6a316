#include "attractor_file.hpp"
#include "planning.hpp"
#include "report.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/profile.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace nadir::app {
namespace {

/// Lines of a table on the terminal; all the rest is in the file.
constexpr std::size_t shown = 20;

long long counted_as(std::int64_t n) { return static_cast<long long>(n); }

std::string times_text(double number) {
  return std::isfinite(number) ? formatted("%.4g", number) : std::string("none");
}

void print_search(const Job& job, const Attractors& found) {
  const AttractorSpec& a = job.c.attractor;
  if (found.linear) {
    job.log.line("f is the identity: fixed points solve (W - I) z = b, values at boundaries in b");
    if (found.neutral > 0)
      job.log.line(formatted(
          "W - I is singular: along %lld neutral direction%s every state stays where it is",
          counted_as(found.neutral), found.neutral == 1 ? "" : "s"));
    return;
  }
  job.log.line(formatted("%lld starts (%lld input%s, zero, %lld random fields of seed %llu), each "
                         "relaxed: %lld diverged, %lld not at rest after %lld layers",
                         counted_as(found.starts), counted_as(job.samples),
                         job.samples == 1 ? "" : "s", counted_as(a.starts),
                         static_cast<unsigned long long>(a.seed), counted_as(found.diverged),
                         counted_as(found.unsettled), counted_as(a.layers)));
}

/// Lowest and highest value.
std::array<double, 2> range_of_state(Vec z) {
  std::array<double, 2> range{};
  check_petsc(VecMin(z, nullptr, &range[0]));
  check_petsc(VecMax(z, nullptr, &range[1]));
  return range;
}

void print_points(const Job& job, const Attractors& found) {
  job.log.line("fixed point  starts  stability  radius      layers to 1/e     lowest    highest"
               "   residual");
  for (std::size_t k = 0; k < std::min(shown, found.points.size()); ++k) {
    const FixedPoint& p = found.points[k];
    const auto [lowest, highest] = range_of_state(p.state);
    job.log.line(formatted("%11zu  %6lld  %-9s  %-10.6g  %13s  %9.4g  %9.4g  %9.1e", k,
                           counted_as(p.starts), std::string(name_of(p.spectrum.fate())).c_str(),
                           p.spectrum.radius, times_text(p.spectrum.relaxation_layers()).c_str(),
                           lowest, highest, p.residual));
  }
  if (found.points.size() > shown)
    job.log.line(formatted("  ... and %zu more in the file", found.points.size() - shown));
  const auto incomplete = [](const FixedPoint& p) {
    return p.spectrum.fate() == StabilityClass::unknown;
  };
  if (std::ranges::any_of(found.points, incomplete))
    job.log.warning("eigenvalues of some fixed points were not found; try -- "
                    "-attractor_eps_ncv 60 -attractor_eps_max_it 20000");
}

/// "0.75, 0.51 +- 0.2i": pairs once; two equal real ones may come as a pair but for rounding.
std::string eigenvalues_text(const Spectrum& spectrum) {
  std::string text;
  for (const auto& value : spectrum.eigenvalues) {
    const double rounding = 1e-12 * std::abs(value);
    if (value.imag() < -rounding) continue;
    text += (text.empty() ? "" : ", ") + formatted("%.6g", value.real());
    if (value.imag() > rounding) text += formatted(" +- %.4gi", value.imag());
  }
  return text;
}

void print_eigenvalues(const Job& job, const Attractors& found) {
  constexpr std::size_t most = 3;
  for (std::size_t k = 0; k < std::min(most, found.points.size()); ++k)
    job.log.line(formatted("eigenvalues of a layer at fixed point %zu: ", k) +
                 eigenvalues_text(found.points[k].spectrum));
}

/// What the leading eigenvalue means for depth: predicted beside measured.
void print_relaxation(const Job& job, std::size_t s, std::int64_t reached,
                      const RelaxationHistory& h) {
  std::string text = formatted("input %zu", s);
  if (reached >= 0) {
    const double tolerance = job.c.attractor.depth_tolerance;
    text += formatted(" -> fixed point %lld: within %.0e after %s layers (predicted %s)",
                      counted_as(reached), tolerance,
                      h.depth >= 0 ? std::to_string(h.depth).c_str() : "more",
                      times_text(std::ceil(h.predicted_depth)).c_str());
    if (std::isfinite(h.rate)) text += formatted(", measured rate %.6g", h.rate);
  } else {
    text += " reaches no fixed point";
  }
  if (h.best_depth >= 0)
    text += formatted("; best depth %lld, loss %.4g", counted_as(h.best_depth),
                      h.loss[static_cast<std::size_t>(h.best_depth)]);
  job.log.line(text);
}

/// omega / gamma is the time a layer takes, where it is one number.
void print_physical_time(const Job& job, const Attractors& found) {
  const ParameterSpec& omega = job.c.network.relaxation;
  const bool one = !omega.varies_space && !omega.init_file && omega.noise.deviation == 0;
  if (!one || found.points.empty()) return;
  const Spectrum& spectrum = found.points.front().spectrum;
  if (spectrum.fate() != StabilityClass::stable) return;
  const double layer = omega.init.front() / job.c.network.rate;
  job.log.line(formatted("in physical time (omega / gamma = %.4g a layer) disturbances of fixed "
                         "point 0 decay like exp(-t / %.4g)",
                         layer, layer * spectrum.relaxation_layers()));
}

/// [fixed point][source]
std::vector<VecHandle> find_green(const Job& job, AttractorSearch& search,
                                  const Attractors& found) {
  std::vector<VecHandle> green;
  for (std::size_t k = 0; k < found.points.size(); ++k) {
    for (const auto& at : job.c.attractor.green) {
      green.push_back(search.green(found.points[k], at));
      if (std::isnan(root_mean_square(green.back())))
        job.log.warning(formatted("fixed point %zu answers to a unit of b without bound: its "
                                  "Green's functions are not there (NaN)",
                                  k));
    }
  }
  return green;
}

} // namespace

void run_attractor(const Job& job) {
  check_memory(job);
  const Grid grid(job.session.comm(), job.c.grid, job.plan.ghosts.states);
  Observations observations = load_observations(grid, job.c);
  Coefficients coefficients =
      start_coefficients(job, grid, observations.read, job.plan.layers.layers_per_exchange);
  FixedPointMap map(grid, job.c, coefficients, job.plan.layers);
  AttractorSearch search(map, job.c.attractor, observations);
  refuse_unused_options(job);
  print_start(job, grid, observations.samples, 0);

  const ProfileStage stage(Stage::computing);
  const Attractors found = search.run([&](const std::string& text) { job.log.detail(text); });
  std::vector<RelaxationHistory> relaxations;
  for (std::int64_t s = 0; s < observations.samples; ++s) {
    const std::int64_t at = found.reached[static_cast<std::size_t>(s)];
    relaxations.push_back(
        follow_relaxation(map, job.c.attractor, observations, s,
                          at < 0 ? nullptr : &found.points[static_cast<std::size_t>(at)]));
  }
  const std::vector<VecHandle> green = find_green(job, search, found);

  print_search(job, found);
  print_points(job, found);
  print_eigenvalues(job, found);
  for (std::size_t s = 0; s < std::min(shown, relaxations.size()); ++s)
    print_relaxation(job, s, found.reached[s], relaxations[s]);
  print_physical_time(job, found);
  const Result result{job, grid, observations, map.chain(), coefficients};
  const std::string kept = write_attractors(result, {found, relaxations, green});
  if (!kept.empty()) job.log.line("another result stood there; it is kept as " + kept);
  job.log.line("wrote " + job.c.output.file);
}

} // namespace nadir::app
