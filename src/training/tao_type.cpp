#include "tao_type.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace nadir {

std::optional<TaoMemory> memory_of(Tao tao) {
  constexpr std::array<std::string_view, 3> ours{"bqnls", "steepest-descent", "adam"};
  TaoType type = nullptr;
  check_petsc(TaoGetType(tao, &type));
  if (!type || std::ranges::find(ours, type) == ours.end()) return std::nullopt;
  return state_of(tao).memory(tao);
}

void project_solution(Tao tao) {
  if (tao->bounded) check_petsc(VecMedian(tao->XL, tao->solution, tao->XU, tao->solution));
}

double projected_norm(Tao tao, Vec gradient, Vec work) {
  Vec g = gradient;
  if (tao->bounded) {
    check_petsc(VecBoundGradientProjection(gradient, tao->solution, tao->XL, tao->XU, work));
    g = work;
  }
  PetscReal norm = 0;
  check_petsc(VecNorm(g, NORM_2, &norm));
  return norm;
}

bool goes_on(Tao tao, double f, double norm) {
  tao->fc = f;
  tao->residual = norm;
  check_petsc(TaoLogConvergenceHistory(tao, f, norm, 0.0, 0));
  check_petsc(TaoMonitor(tao, tao->niter, f, norm, 0.0, tao->step));
  check_petsc((*tao->ops->convergencetest)(tao, tao->cnvP));
  return tao->reason == TAO_CONTINUE_ITERATING;
}

} // namespace nadir
