#include "nadir/training/descent.hpp"

#include "nadir/base/handle.hpp"

#include <petsc/private/taoimpl.h>

#include <cmath>
#include <memory>

namespace nadir {
namespace {

constexpr PetscErrorCode success = PetscErrorCode(0);

/// What our types keep between steps. PETSc owns it through tao->data.
struct Descent {
  double alpha = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  VecHandle projected_gradient;
  VecHandle first_moment, second_moment; ///< adam
};

Descent& descent_of(Tao tao) { return *static_cast<Descent*>(tao->data); }

using Step = void (*)(Tao);

void steepest_descent_step(Tao tao) {
  check_petsc(VecAXPY(tao->solution, -descent_of(tao).alpha, tao->gradient));
  tao->step = descent_of(tao).alpha;
}

void adam_step(Tao tao) {
  Descent& d = descent_of(tao);
  const auto t = static_cast<double>(tao->niter);
  const double correction1 = 1.0 - std::pow(d.beta1, t), correction2 = 1.0 - std::pow(d.beta2, t);
  PetscInt n = 0;
  check_petsc(VecGetLocalSize(tao->solution, &n));
  const VecRead g(tao->gradient);
  VecWrite x(tao->solution), m(d.first_moment), v(d.second_moment);
  for (PetscInt i = 0; i < n; ++i) {
    m[i] = d.beta1 * m[i] + (1.0 - d.beta1) * g[i];
    v[i] = d.beta2 * v[i] + (1.0 - d.beta2) * g[i] * g[i];
    x[i] -= d.alpha * (m[i] / correction1) / (std::sqrt(v[i] / correction2) + d.epsilon);
  }
  tao->step = d.alpha;
}

double projected_norm(Tao tao) {
  Vec g = tao->gradient;
  if (tao->bounded) {
    g = descent_of(tao).projected_gradient;
    check_petsc(VecBoundGradientProjection(tao->gradient, tao->solution, tao->XL, tao->XU, g));
  }
  PetscReal norm = 0;
  check_petsc(VecNorm(g, NORM_2, &norm));
  return norm;
}

void project(Tao tao) {
  if (tao->bounded) check_petsc(VecMedian(tao->XL, tao->solution, tao->XU, tao->solution));
}

/// The loop every TAO type has: evaluate, report, test, step.
template<Step step> PetscErrorCode solve(Tao tao) {
  return petsc_callback([tao] {
    PetscReal f = 0;
    tao->step = 0;
    project(tao);
    while (true) {
      check_petsc(TaoComputeObjectiveAndGradient(tao, tao->solution, &f, tao->gradient));
      const double norm = projected_norm(tao);
      tao->fc = f;
      tao->residual = norm;
      check_petsc(TaoLogConvergenceHistory(tao, f, norm, 0.0, 0));
      check_petsc(TaoMonitor(tao, tao->niter, f, norm, 0.0, tao->step));
      check_petsc((*tao->ops->convergencetest)(tao, tao->cnvP));
      if (tao->reason != TAO_CONTINUE_ITERATING) return;
      ++tao->niter;
      step(tao);
      project(tao);
    }
  });
}

PetscErrorCode set_up(Tao tao) {
  return petsc_callback([tao] {
    Descent& d = descent_of(tao);
    if (!tao->gradient) check_petsc(VecDuplicate(tao->solution, &tao->gradient));
    check_petsc(VecDuplicate(tao->solution, d.projected_gradient.out()));
    for (auto* moment : {&d.first_moment, &d.second_moment}) {
      check_petsc(VecDuplicate(tao->solution, moment->out()));
      check_petsc(VecSet(*moment, 0.0));
    }
  });
}

PetscErrorCode destroy(Tao tao) {
  delete static_cast<Descent*>(tao->data);
  tao->data = nullptr;
  return success;
}

PetscErrorCode no_options(Tao /*tao*/, PetscOptionItems* /*items*/) { return success; }
PetscErrorCode no_view(Tao /*tao*/, PetscViewer /*viewer*/) { return success; }

template<Step step> PetscErrorCode create(Tao tao) {
  tao->data = new Descent;
  tao->ops->setup = set_up;
  tao->ops->solve = solve<step>;
  tao->ops->destroy = destroy;
  tao->ops->setfromoptions = no_options;
  tao->ops->view = no_view;
  return success;
}

} // namespace

void register_descent_types() {
  check_petsc(TaoRegister("steepest-descent", create<steepest_descent_step>));
  check_petsc(TaoRegister("adam", create<adam_step>));
}

void set_descent_rates(Tao tao, const TrainingCase& training) {
  if (training.optimizer != "steepest-descent" && training.optimizer != "adam") return;
  Descent& d = descent_of(tao);
  d.alpha = training.learning_rate;
  d.beta1 = training.adam_beta1;
  d.beta2 = training.adam_beta2;
  d.epsilon = training.adam_epsilon;
}

} // namespace nadir
