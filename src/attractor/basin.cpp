#include "nadir/attractor/basin.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

/// Layers before the solver is first asked, and how many times as many before each other time.
constexpr std::int64_t first_question = 16;
constexpr std::int64_t times_as_many = 4;
/// Layers between two looks at the state, at most.
constexpr std::int64_t most_layers_unseen = 256;
/// The share of the distance to a candidate that may be left when it is taken.
constexpr double near_enough = 0.1;

FixedPointMethod method_to_ask(const AttractorSpec& a) {
  return a.solver == FixedPointMethod::anderson ? a.solver : FixedPointMethod::newton;
}

} // namespace

BasinSolver::BasinSolver(FixedPointMap& map, LinearResponse& response, const AttractorSpec& a)
    : map_(map), response_(response), a_(a),
      solver_(map, method_to_ask(a_), a_.tolerance, a_.iterations), candidate_(map.create()),
      residual_(map.create()), work_(map.create()) {}

FixedPointEnd BasinSolver::solve(Vec z) {
  FixedPointEnd end;
  std::int64_t question = first_question, block = 4;
  has_candidate_ = false;
  while (true) {
    end.residual = map_.residual(z, residual_);
    end.history.push_back(end.residual);
    end.diverged = !std::isfinite(end.residual);
    if (end.diverged) return end;
    end.found = is_fixed(end.residual, z, a_.tolerance) || has_arrived(z);
    if (end.found) break;
    if (end.iterations >= a_.layers) return end;
    if (end.iterations >= question && a_.solver != FixedPointMethod::relaxation) {
      ask(z);
      question *= times_as_many;
    }
    const std::int64_t layers = std::min(block, a_.layers - end.iterations);
    map_.relax(z, layers);
    end.iterations += layers;
    block = std::min(2 * block, most_layers_unseen);
  }
  refine(z, end);
  return end;
}

/// Whether the layers have come near to the candidate, which z then becomes.
bool BasinSolver::has_arrived(Vec z) {
  if (!has_candidate_) return false;
  if (distance_between(z, candidate_, work_) > near_enough * asked_at_) return false;
  check_petsc(VecCopy(candidate_, z));
  return true;
}

/// Keeps a candidate to which the layers have come nearer, else asks the solver for one.
void BasinSolver::ask(Vec z) {
  if (has_candidate_) {
    const double distance = distance_between(z, candidate_, work_);
    const bool nearer = distance < nearest_at_;
    nearest_at_ = distance;
    if (nearer) return;
  }
  check_petsc(VecCopy(z, candidate_));
  has_candidate_ = solver_.solve(candidate_).found;
  asked_at_ = nearest_at_ = distance_between(z, candidate_, work_);
}

/// Steps of Newton's method with exact Jacobians, as long as they help.
void BasinSolver::refine(Vec z, FixedPointEnd& end) {
  constexpr int most_steps = 4;
  constexpr double rounding = 5e-16;
  const VecHandle step = map_.create();
  end.residual = map_.residual(z, residual_);
  for (int k = 0; k < most_steps && end.residual > rounding * scale_of(z); ++k) {
    map_.linearise(z);
    response_.solve(residual_, step, 1);
    check_petsc(VecWAXPY(candidate_, -1.0, step, z));
    const double before = end.residual, after = map_.residual(candidate_, residual_);
    if (!(after < before)) return;
    check_petsc(VecCopy(candidate_, z));
    end.residual = after;
    constexpr double helped = 0.5;
    if (after > helped * before) return;
  }
}

} // namespace nadir
