#include "descent.hpp"

#include "private.hpp"

#include "nadir/base/log.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace nadir {
namespace {

double evaluate_solution(Tao tao) {
  PetscReal f = 0;
  check_petsc(TaoComputeObjectiveAndGradient(tao, tao->solution, &f, tao->gradient));
  return f;
}

} // namespace

void Descent::set_up(Tao tao) {
  if (!tao->gradient) check_petsc(VecDuplicate(tao->solution, &tao->gradient));
  check_petsc(VecDuplicate(tao->solution, projected_gradient_.out()));
  check_petsc(VecDuplicate(tao->solution, before_.out()));
}

void Descent::solve(Tao tao) {
  project_solution(tao);
  tao->step = 0;
  double f = evaluate_solution(tao);
  while (goes_on(tao, f, projected_norm(tao))) {
    if (trial_ > 0) { // interrupted at a trial
      check_petsc(VecSwap(before_, tao->solution));
    } else {
      check_petsc(VecCopy(tao->solution, before_));
      step(tao->solution, tao->gradient, f, iteration_ + 1);
      project_solution(tao);
      trial_ = 1;
    }
    f = end_step(tao, f);
    ++tao->niter;
    ++iteration_;
  }
}

IterationState Descent::state(Tao tao) {
  IterationState state{trying_ ? before_.get() : tao->solution, &iteration_, {}, {}, problem()};
  state.numbers = {{"trial", &trial_}};
  if (trial_ > 0) state.vectors = {{"trial_point", trying_ ? tao->solution : before_.get()}};
  return state;
}

/// What no run can have got to.
std::string Descent::problem() const {
  if (trial_ >= 0 && trial_ <= most_trials + 1 && trial_ == std::floor(trial_)) return {};
  return formatted("trial = %.17g, no integer from 0 to %g", trial_, most_trials + 1);
}

/// The objective where the step ends, that is, at the solution or nearer.
double Descent::end_step(Tao tao, double f_before) {
  trying_ = true;
  double f = evaluate_solution(tao);
  while (trial_ > 1 ? !(f <= f_before) && trial_ <= most_trials : !std::isfinite(f)) {
    shorten(tao);
    f = evaluate_solution(tao);
  }
  tao->step = alpha * part();
  trying_ = false;
  trial_ = 0;
  return f;
}

/// Of the whole step: 1, 2^-1, 2^-3, 2^-6, ... 2^-36, 2^-44, ..., soon short whatever it was.
double Descent::part() const {
  const double first = std::min(trial_ - 1, most_halvings), others = trial_ - 1 - first;
  return std::exp2(-first * (first + 1) / 2 - others * most_halvings);
}

/// From one part to the next, in the end to none.
void Descent::shorten(Tao tao) {
  const double factor = std::exp2(-std::min(trial_, most_halvings));
  PetscInt n = 0;
  check_petsc(VecGetLocalSize(tao->solution, &n));
  const VecRead from(before_);
  VecWrite x(tao->solution);
  for (PetscInt i = 0; i < n; ++i)
    x[i] = trial_ < most_trials ? from[i] + factor * (x[i] - from[i]) : from[i];
  ++trial_;
}

} // namespace nadir
