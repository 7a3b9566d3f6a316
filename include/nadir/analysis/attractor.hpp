#pragma once

#include "nadir/analysis/spectrum.hpp"
#include "nadir/attractor/attractor_spec.hpp"
#include "nadir/attractor/fixed_point.hpp"
#include "nadir/attractor/linear_response.hpp"
#include "nadir/training/observations.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace nadir {

/// A fixed point z* = f(W z* - b) of the layers.
struct FixedPoint {
  VecHandle state;
  double residual = 0;     ///< root mean square of z* - f(Z*)
  std::int64_t starts = 0; ///< that relax to it: the size of its basin
  Spectrum spectrum;
};

/// What a search has found.
struct Attractors {
  std::vector<FixedPoint> points; ///< by size of basin, stable ones first among equals
  /// Which of them the inputs relax to, by sample; -1 for none.
  std::vector<std::int64_t> reached;
  std::int64_t starts = 0;    ///< relaxed in all
  std::int64_t diverged = 0;  ///< of these
  std::int64_t unsettled = 0; ///< neither diverged nor at rest after attractor.layers
  std::int64_t neutral = 0;   ///< dimension of the known null space of I - W (f = identity)
  bool linear = false;        ///< f = identity: there are no others
};

/// Finds the fixed points of a case's layers and how stable they are (theory, section 9).
///
/// Where f is the identity, from (I - W) z = g - b, each input with the part along the null space
/// that it keeps. Otherwise from many starts, the inputs, zero and random fields: where each of
/// them relaxes to decides on the basins, and the solver, from the same starts, finds fixed points
/// that do not attract as well. Fixed points closer than attractor.distance are one. Collective.
class AttractorSearch {
 public:
  /// Reads PETSc's options. Arguments must outlive this.
  AttractorSearch(FixedPointMap& map, const AttractorSpec& a, const Observations& observations);

  /// Tells every start and how it ended, in words.
  using Tell = std::function<void(const std::string&)>;

  /// Throws NumericsError where no fixed point is found, with the history of residuals and what to
  /// try; where f is the identity, what is in its way: <psi, b> not 0, or no convergence.
  Attractors run(const Tell& tell);

  /// The response of a fixed point to a unit of b at a point (indices, slowest axis first): column
  /// of -(I - J)^-1 f'(Z*); (W - I)^-1 where f is the identity. Where I - W is singular, to a unit
  /// whose part along the null vectors is taken away evenly. NaN at fixed points of a nonlinear
  /// network where I - J is singular; throws NumericsError where f is the identity and W - I is.
  VecHandle green(const FixedPoint& point, const std::vector<std::int64_t>& at);

 private:
  Attractors linear(const Tell& tell);
  Attractors nonlinear(const Tell& tell);
  std::int64_t number_of_starts() const;
  std::string fill_start(std::int64_t k, Vec z) const;
  std::int64_t place_of(Attractors& found, Vec z, double residual);
  std::int64_t relax(Attractors& found, Vec z, const std::string& name, const Tell& tell);
  void solve(Attractors& found, Vec z, const std::string& name, const Tell& tell);
  void judge(Attractors& found);
  void remember(const FixedPointEnd& failure);
  void particular(Vec z);
  void reach(Vec particular, Vec start, Vec z) const;

  FixedPointMap& map_;
  const AttractorSpec& a_;
  const Observations& observations_;
  SpectrumSolver spectrum_;
  LinearResponse response_;
  FixedPointSolver solver_;
  VecHandle work_;
  FixedPointEnd nearest_; ///< of the searches that failed, the one that came closest
};

} // namespace nadir
