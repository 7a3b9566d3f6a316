#include "nadir/training/descent.hpp"

#include "tao_type.hpp"

#include <cmath>

namespace nadir {
namespace {

/// Steps of a given length, whatever the objective does along them.
class Descent : public TaoState {
 public:
  double alpha = 1e-3; ///< learning rate

  void set_up(Tao tao) override {
    if (!tao->gradient) check_petsc(VecDuplicate(tao->solution, &tao->gradient));
    check_petsc(VecDuplicate(tao->solution, projected_gradient_.out()));
  }

  void solve(Tao tao) override {
    PetscReal f = 0;
    tao->step = 0;
    project_solution(tao);
    while (true) {
      check_petsc(TaoComputeObjectiveAndGradient(tao, tao->solution, &f, tao->gradient));
      if (!goes_on(tao, f, projected_norm(tao, tao->gradient, projected_gradient_))) return;
      ++tao->niter;
      ++iteration_;
      step(tao);
      tao->step = alpha;
      project_solution(tao);
    }
  }

  TaoMemory memory(Tao tao) override { return {tao->solution, &iteration_, {}, {}, {}}; }

 protected:
  virtual void step(Tao tao) = 0;
};

class SteepestDescent final : public Descent {
  void step(Tao tao) override { check_petsc(VecAXPY(tao->solution, -alpha, tao->gradient)); }
};

class Adam final : public Descent {
 public:
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;

  void set_up(Tao tao) override {
    Descent::set_up(tao);
    for (auto* moment : {&first_moment_, &second_moment_}) {
      check_petsc(VecDuplicate(tao->solution, moment->out()));
      check_petsc(VecSet(*moment, 0.0));
    }
  }

  TaoMemory memory(Tao tao) override {
    TaoMemory memory = Descent::memory(tao);
    memory.vectors = {{"first_moment", first_moment_.get()},
                      {"second_moment", second_moment_.get()}};
    return memory;
  }

 private:
  void step(Tao tao) override {
    const double correction1 = 1.0 - std::pow(beta1, iteration_);
    const double correction2 = 1.0 - std::pow(beta2, iteration_);
    PetscInt n = 0;
    check_petsc(VecGetLocalSize(tao->solution, &n));
    const VecRead g(tao->gradient);
    VecWrite x(tao->solution), m(first_moment_), v(second_moment_);
    for (PetscInt i = 0; i < n; ++i) {
      m[i] = beta1 * m[i] + (1.0 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1.0 - beta2) * g[i] * g[i];
      x[i] -= alpha * (m[i] / correction1) / (std::sqrt(v[i] / correction2) + epsilon);
    }
  }

  VecHandle first_moment_, second_moment_;
};

} // namespace

void register_descent_types() {
  check_petsc(TaoRegister("steepest-descent", create_tao_type<SteepestDescent>));
  check_petsc(TaoRegister("adam", create_tao_type<Adam>));
}

bool takes_every_step(std::string_view type) {
  return type == "steepest-descent" || type == "adam";
}

void set_descent_rates(Tao tao, const TrainingCase& training) {
  if (!takes_every_step(training.optimizer)) return;
  auto& descent = static_cast<Descent&>(state_of(tao));
  descent.alpha = training.learning_rate;
  if (training.optimizer != "adam") return;
  auto& rates = static_cast<Adam&>(descent);
  rates.beta1 = training.adam_beta1;
  rates.beta2 = training.adam_beta2;
  rates.epsilon = training.adam_epsilon;
}

} // namespace nadir
