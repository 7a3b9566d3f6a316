#include "nadir/training/descent.hpp"

#include "tao_type.hpp"

#include "nadir/base/log.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace nadir {
namespace {

/// Steps of a given length, whatever the objective does along them; but one that leads out of the
/// range of numbers is shortened, until the objective is no higher than before it.
class Descent : public TaoState {
 public:
  double alpha = 1e-3; ///< learning rate

  void set_up(Tao tao) override {
    if (!tao->gradient) check_petsc(VecDuplicate(tao->solution, &tao->gradient));
    check_petsc(VecDuplicate(tao->solution, projected_gradient_.out()));
    check_petsc(VecDuplicate(tao->solution, before_.out()));
  }

  void solve(Tao tao) override {
    project_solution(tao);
    tao->step = 0;
    double f = evaluate(tao);
    while (goes_on(tao, f, projected_norm(tao))) {
      if (trial_ > 0) { // interrupted at a trial
        check_petsc(VecSwap(before_, tao->solution));
      } else {
        check_petsc(VecCopy(tao->solution, before_));
        step(tao, iteration_ + 1);
        project_solution(tao);
        trial_ = 1;
      }
      f = end_step(tao, f);
      ++tao->niter;
      ++iteration_;
    }
  }

  /// Amid a step it is that of its start, and the trial.
  TaoMemory memory(Tao tao) override {
    TaoMemory memory{trying_ ? before_.get() : tao->solution, &iteration_, {}, {}, problem()};
    memory.numbers = {{"trial", &trial_}};
    if (trial_ > 0) memory.vectors = {{"trial_point", trying_ ? tao->solution : before_.get()}};
    return memory;
  }

 protected:
  /// Moves the solution; `number` is that of the iterate it leads to.
  virtual void step(Tao tao, double number) = 0;

 private:
  /// What no run can have got to.
  std::string problem() const {
    if (trial_ >= 0 && trial_ <= most_trials + 1 && trial_ == std::floor(trial_)) return {};
    return formatted("trial = %.17g, no integer from 0 to %g", trial_, most_trials + 1);
  }

  static double evaluate(Tao tao) {
    PetscReal f = 0;
    check_petsc(TaoComputeObjectiveAndGradient(tao, tao->solution, &f, tao->gradient));
    return f;
  }

  /// The objective where the step ends, that is, at the solution or nearer.
  double end_step(Tao tao, double f_before) {
    trying_ = true;
    double f = evaluate(tao);
    while (trial_ > 1 ? !(f <= f_before) && trial_ <= most_trials : !std::isfinite(f)) {
      shorten(tao);
      f = evaluate(tao);
    }
    tao->step = alpha * part();
    trying_ = false;
    trial_ = 0;
    return f;
  }

  /// Of the whole step: 1, 2^-1, 2^-3, 2^-6, ... 2^-36, 2^-44, ..., soon short whatever it was.
  double part() const {
    const double first = std::min(trial_ - 1, most_halvings), others = trial_ - 1 - first;
    return std::exp2(-first * (first + 1) / 2 - others * most_halvings);
  }

  /// From one part to the next, in the end to none.
  void shorten(Tao tao) {
    const double factor = std::exp2(-std::min(trial_, most_halvings));
    PetscInt n = 0;
    check_petsc(VecGetLocalSize(tao->solution, &n));
    const VecRead from(before_);
    VecWrite x(tao->solution);
    for (PetscInt i = 0; i < n; ++i)
      x[i] = trial_ < most_trials ? from[i] + factor * (x[i] - from[i]) : from[i];
    ++trial_;
  }

  static constexpr double most_halvings = 8; ///< from one trial to the next
  static constexpr double most_trials = 140; ///< the last one is shorter than 2^-1022 of the step
  VecHandle before_;                         ///< the iterate the step came from
  double trial_ = 0;                         ///< ends of this step that were tried; 0: it was made
  bool trying_ = false;                      ///< the solution is such an end
};

class SteepestDescent final : public Descent {
  void step(Tao tao, double /*number*/) override {
    check_petsc(VecAXPY(tao->solution, -alpha, tao->gradient));
  }
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
    memory.vectors.emplace_back("first_moment", first_moment_.get());
    memory.vectors.emplace_back("second_moment", second_moment_.get());
    memory.numbers.emplace_back("loss_unit", &unit_);
    return memory;
  }

 private:
  void step(Tao tao, double number) override {
    const double correction1 = 1.0 - std::pow(beta1, number);
    const double correction2 = 1.0 - std::pow(beta2, number);
    PetscInt n = 0;
    check_petsc(VecGetLocalSize(tao->solution, &n));
    if (unit_ == 0) unit_ = std::isnormal(tao->fc) ? std::exp2(std::ilogb(tao->fc)) : 1.0;
    const VecRead g(tao->gradient);
    const std::optional<VecRead> s = read_scales();
    VecWrite x(tao->solution), m(first_moment_), v(second_moment_);
    for (PetscInt i = 0; i < n; ++i) {
      m[i] = beta1 * m[i] + (1.0 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1.0 - beta2) * g[i] * g[i];
      const double scale = scales ? (*s)[i] : 1.0;
      x[i] -= alpha * scale * (m[i] / correction1) /
              (std::sqrt(v[i] / correction2) + epsilon * unit_ / scale);
    }
  }

  VecHandle first_moment_, second_moment_;
  double unit_ = 0; ///< a power of two near the first loss, of which epsilon is a share; 0 at first
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
