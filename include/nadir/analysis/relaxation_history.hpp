#pragma once

#include "nadir/analysis/attractor.hpp"

#include <cstdint>
#include <vector>

namespace nadir {

/// How one input relaxes, by layer from 0 on.
struct RelaxationHistory {
  std::vector<double> loss;        ///< sum m (z - y)^2 against the last target; NaN without one
  std::vector<double> departure;   ///< |z - z_eq|, root mean square as all below
  std::vector<double> liouvillean; ///< |L(z_eq)| = |z_eq - f(W z_eq - b)|
  std::vector<double> distance;    ///< |z - z*| to the attractor it relaxes to; NaN without one
  std::int64_t best_depth = -1;    ///< where the loss is lowest; -1 without a target
  std::int64_t depth = -1; ///< first layer within attractor.depth_tolerance of z*; -1: not reached
  double predicted_depth = 0; ///< at the attractor's asymptotic rate; infinite, NaN without one
  /// Factor per layer that is measured in the end, when the layers go on with what is left of the
  /// disturbance, enlarged again and again; NaN without an attractor, and where nothing is left.
  double rate = 0;
};

/// Lets sample `s` relax until it is within attractor.depth_tolerance of `attractor` (null where it
/// reaches none), through network.layers at least and attractor.layers at most, or until it is no
/// longer finite. Collective.
RelaxationHistory follow_relaxation(FixedPointMap& map, const AttractorSpec& a,
                                    const Observations& observations, std::int64_t s,
                                    const FixedPoint* attractor);

} // namespace nadir
