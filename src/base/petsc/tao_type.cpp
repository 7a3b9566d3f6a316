#include "tao_type.hpp"

#include "private.hpp"

namespace nadir {
namespace {

TaoState& own_state(Tao tao) { return *static_cast<TaoState*>(tao->data); }

PetscErrorCode run_own_type(Tao tao) {
  return petsc_callback([tao] { own_state(tao).solve(tao); });
}

} // namespace

PetscErrorCode adopt_state(Tao tao, TaoState* state) {
  constexpr PetscErrorCode success = PetscErrorCode(0);
  tao->data = state;
  tao->ops->setup = [](Tao t) { return petsc_callback([t] { own_state(t).set_up(t); }); };
  tao->ops->solve = run_own_type;
  tao->ops->setfromoptions = [](Tao t, PetscOptionItems*) {
    return petsc_callback([t] { own_state(t).set_from_options(); });
  };
  tao->ops->view = [](Tao, PetscViewer) { return success; };
  tao->ops->destroy = [](Tao t) {
    delete &own_state(t);
    t->data = nullptr;
    return success;
  };
  return success;
}

TaoState* state_of(Tao tao) { return tao->ops->solve == run_own_type ? &own_state(tao) : nullptr; }

std::optional<IterationState> iteration_state_of(Tao tao) {
  TaoState* const state = state_of(tao);
  return state ? std::optional(state->state(tao)) : std::nullopt;
}

void use_initial_hessian(Tao tao, InitialHessian& hessian) {
  if (TaoState* const state = state_of(tao)) state->initial_hessian = &hessian;
}

bool use_scales(Tao tao, Vec scales) {
  TaoState* const state = state_of(tao);
  if (state) state->scales = scales;
  return state != nullptr;
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
