#pragma once

#include "nadir/attractor/attractor_spec.hpp"
#include "nadir/attractor/fixed_point.hpp"
#include "nadir/attractor/linear_response.hpp"

namespace nadir {

/// Finds the attractor in whose basin a start lies, to rounding.
///
/// The start relaxes through layers, and these decide. Now and then the solver of the case
/// (attractor.solver) is asked where they may lead; its answer is taken when the layers have come
/// ten times as near to it as they were when it was given, and forgotten when they have not come
/// nearer by the time to ask again. Layers that come to rest by themselves have found it too. What
/// is found depends on the start and the coefficients alone, not on what was solved before.
/// Collective.
class BasinSolver {
 public:
  /// Reads PETSc's options. `map`, `response`, its own, and `a` must outlive this.
  BasinSolver(FixedPointMap& map, LinearResponse& response, const AttractorSpec& a);

  /// From z to its attractor in z. Not finding one is no error: z is then where the layers have
  /// come to. The iterations are layers, the history is of residuals at some of them.
  FixedPointEnd solve(Vec z);

 private:
  bool has_arrived(Vec z);
  void ask(Vec z);
  void refine(Vec z, FixedPointEnd& end);

  FixedPointMap& map_;
  LinearResponse& response_;
  const AttractorSpec& a_;
  FixedPointSolver solver_;
  VecHandle candidate_, residual_, work_;
  bool has_candidate_ = false;
  double asked_at_ = 0;   ///< distance to the candidate when it was found
  double nearest_at_ = 0; ///< and when it was last confirmed
};

} // namespace nadir
