#include "rounded_states.hpp"

#include "nadir/base/error.hpp"

namespace nadir::app {
namespace {

/// Layers computed for each layer of the exact gradient beyond which nobody would wait for it.
constexpr double longest_comparison = 10;

std::string text_of(const StateError& error) {
  std::string parts;
  for (const auto& [parameter, difference] : error.parameters)
    parts += formatted("%s%s %.1e", parts.empty() ? "" : ", ", parameter.c_str(), difference);
  return formatted(
      "states in single precision: the gradient is %.1e of its norm from the exact one "
      "(%s)",
      error.gradient, parts.c_str());
}

/// plan_to_compare(), which says why there is none.
std::optional<StatePlan> plan_or_say(const Job& job) {
  const auto exact = plan_to_compare(job.plan.states, job.c.network.layers);
  if (job.plan.states.single && !exact)
    job.log.line(formatted("states in single precision: not compared with the exact gradient, "
                           "which would take more than %g times the layers in this memory",
                           longest_comparison));
  return exact;
}

StateError compare(const Job& job, Objective& objective, const StatePlan& exact, Vec x,
                   Vec gradient) {
  const StateError error = state_error(objective, x, gradient, job.plan.states, exact);
  job.log.line(text_of(error));
  return error;
}

} // namespace

std::optional<StatePlan> plan_to_compare(const StatePlan& states, std::int64_t layers) {
  if (!states.single) return std::nullopt;
  const StatePlan exact = exact_plan(layers, states);
  if (exact.repetition() > longest_comparison) return std::nullopt;
  return exact;
}

std::optional<StateError> compare_rounded(const Job& job, Objective& objective, Vec x,
                                          Vec gradient) {
  const auto exact = plan_or_say(job);
  if (!exact) return std::nullopt;
  return compare(job, objective, *exact, x, gradient);
}

std::optional<StateError> compare_rounded(const Job& job, Objective& objective, Vec x) {
  const auto exact = plan_or_say(job);
  if (!exact) return std::nullopt;
  VecHandle gradient = objective.space().create();
  try {
    objective.value_and_gradient(x, gradient);
    return compare(job, objective, *exact, x, gradient);
  } catch (const NumericsError&) { // on all ranks
    objective.hold_states(job.plan.states);
    return std::nullopt;
  }
}

} // namespace nadir::app
