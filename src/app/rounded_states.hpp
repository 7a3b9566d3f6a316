#pragma once

#include "commands.hpp"

#include "nadir/training/state_error.hpp"

#include <cstdint>
#include <optional>

namespace nadir::app {

/// The plan of exact states to compare with where those of `states` are rounded; none where they
/// are not, or where it would take too long in the same memory.
std::optional<StatePlan> plan_to_compare(const StatePlan& states, std::int64_t layers);

/// Where states are rounded, compares the gradient at x with the exact one and prints the outcome.
/// `gradient` is that of `objective` at x. Collective.
std::optional<StateError> compare_rounded(const Job& job, Objective& objective, Vec x,
                                          Vec gradient);
/// The same before a training: computes the gradient, too. Says nothing of a loss or gradient that
/// is not finite, which the training itself will meet.
std::optional<StateError> compare_rounded(const Job& job, Objective& objective, Vec x);

} // namespace nadir::app
