#include "nadir/analysis/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace nadir {
namespace {

/// Closer to 1 than this a spectral radius tells neither growth nor decay.
constexpr double neutral_width = 1e-9;
constexpr double infinite_time = std::numeric_limits<double>::infinity();

} // namespace

std::string_view name_of(StabilityClass fate) {
  switch (fate) {
  case StabilityClass::stable:
    return "stable";
  case StabilityClass::unstable:
    return "unstable";
  case StabilityClass::neutral:
    return "neutral";
  case StabilityClass::unknown:
    break;
  }
  return "unknown";
}

StabilityClass Spectrum::fate() const {
  if (std::isnan(radius)) return StabilityClass::unknown;
  if (radius > 1.0 + neutral_width) return StabilityClass::unstable;
  return radius < 1.0 - neutral_width ? StabilityClass::stable : StabilityClass::neutral;
}

double Spectrum::relaxation_layers() const {
  return fate() == StabilityClass::stable ? -1.0 / std::log(radius) : infinite_time;
}

double Spectrum::layers_to(double tolerance, double distance) const {
  if (fate() != StabilityClass::stable) return infinite_time;
  return distance > tolerance ? relaxation_layers() * std::log(distance / tolerance) : 0.0;
}

SpectrumSolver::SpectrumSolver(FixedPointMap& map, std::int64_t modes)
    : map_(map), modes_(modes), jacobian_(map.layer_jacobian()) {
  constexpr double tolerance = 1e-10;
  constexpr PetscInt most_restarts = 2000;
  check_petsc(EPSCreate(map.grid().comm(), eps_.out()));
  check_petsc(EPSSetOptionsPrefix(eps_, "attractor_"));
  check_petsc(EPSSetOperators(eps_, jacobian_, nullptr));
  check_petsc(EPSSetProblemType(eps_, EPS_NHEP));
  check_petsc(EPSSetWhichEigenpairs(eps_, EPS_LARGEST_MAGNITUDE));
  check_petsc(EPSSetTolerances(eps_, tolerance, most_restarts));
  BV basis = nullptr; // of single vectors, whose sums do not depend on the ranks
  check_petsc(EPSGetBV(eps_, &basis));
  check_petsc(BVSetType(basis, BVVECS));
  check_petsc(EPSSetFromOptions(eps_));
  check_petsc(EPSGetDimensions(eps_, nullptr, &basis_size_, &projected_size_));
}

Spectrum SpectrumSolver::solve(const std::vector<VecHandle>& neutral) {
  Spectrum spectrum;
  spectrum.neutral = static_cast<std::int64_t>(neutral.size());
  spectrum.eigenvalues.assign(neutral.size(), 1.0);
  const std::int64_t wanted = std::min(modes_, map_.points() - spectrum.neutral);
  if (wanted <= 0) return spectrum;
  std::vector<Vec> deflated(neutral.begin(), neutral.end());
  VecHandle start = map_.create();
  fill_noise(map_.grid(), 1, start);
  Vec initial = start;
  check_petsc(EPSSetOperators(eps_, jacobian_, nullptr)); // which has changed
  check_petsc(EPSSetDimensions(eps_, static_cast<PetscInt>(wanted), basis_size_, projected_size_));
  check_petsc(EPSSetDeflationSpace(eps_, static_cast<PetscInt>(deflated.size()), deflated.data()));
  check_petsc(EPSSetInitialSpace(eps_, 1, &initial));
  check_petsc(EPSSolve(eps_));
  PetscInt found = 0;
  check_petsc(EPSGetConverged(eps_, &found));
  spectrum.radius = found == 0 ? std::numeric_limits<double>::quiet_NaN() : 0.0;
  for (PetscInt k = 0; k < std::min(found, static_cast<PetscInt>(wanted)); ++k) {
    PetscScalar re = 0, im = 0;
    check_petsc(EPSGetEigenvalue(eps_, k, &re, &im));
    spectrum.eigenvalues.emplace_back(re, im);
    spectrum.radius = std::max(spectrum.radius, std::hypot(re, im));
  }
  std::ranges::stable_sort(spectrum.eigenvalues,
                           [](const auto& a, const auto& b) { return std::abs(a) > std::abs(b); });
  spectrum.eigenvalues.resize(
      std::min(spectrum.eigenvalues.size(), static_cast<std::size_t>(modes_)));
  return spectrum;
}

} // namespace nadir
