#include "tao_type.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace nadir {

namespace {

bool is_ours(Tao tao) {
  constexpr std::array<std::string_view, 3> ours{"bqnls", "steepest-descent", "adam"};
  TaoType type = nullptr;
  check_petsc(TaoGetType(tao, &type));
  return type && std::ranges::find(ours, type) != ours.end();
}

} // namespace

std::optional<TaoMemory> memory_of(Tao tao) {
  if (!is_ours(tao)) return std::nullopt;
  return state_of(tao).memory(tao);
}

bool use_scales(Tao tao, Vec scales) {
  if (!is_ours(tao)) return false;
  state_of(tao).scales = scales;
  return true;
}

bool breaks_down(PetscErrorCode code) {
  const bool does =
      code == PETSC_ERR_PLIB || code == PETSC_ERR_FP || code == PETSC_ERR_ARG_OUTOFRANGE;
  if (does) take_petsc_message();
  return does;
}

void project_solution(Tao tao) {
  if (tao->bounded) check_petsc(VecMedian(tao->XL, tao->solution, tao->XU, tao->solution));
}

double TaoState::projected_norm(Tao tao) {
  Vec g = tao->gradient;
  if (tao->bounded) {
    check_petsc(
        VecBoundGradientProjection(g, tao->solution, tao->XL, tao->XU, projected_gradient_));
    g = projected_gradient_;
  }
  if (scales) {
    check_petsc(VecPointwiseMult(projected_gradient_, scales, g));
    g = projected_gradient_;
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
