#pragma once

#include "nadir/training/objective.hpp"

#include <string>
#include <utility>
#include <vector>

namespace nadir {

/// |g - g_exact| / |g_exact| of a gradient from rounded states, in the Euclidean norm.
struct StateError {
  double gradient = 0;
  std::vector<std::pair<std::string, double>> parameters; ///< the trained ones, each by itself
};

/// Compares two control vectors; the same bits on any number of ranks. Collective.
StateError state_error(const ControlSpace& space, Vec gradient, Vec exact);

/// The gradient of `objective` at x, given, against that with the states of `exact`; the states are
/// held as `plan` tells afterwards. Collective.
StateError state_error(Objective& objective, Vec x, Vec gradient, const StatePlan& plan,
                       const StatePlan& exact);

} // namespace nadir
