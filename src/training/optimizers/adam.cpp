#include "nadir/training/optimizers.hpp"

#include "base/petsc/descent.hpp"

#include "nadir/base/check.hpp"

#include <array>
#include <cmath>
#include <optional>

namespace nadir::optimizer_files {
namespace {

/// Kingma & Ba 2015, algorithm 1, in scaled unknowns, followed by the projection on the bounds.
class Adam final : public Descent {
 public:
  static constexpr OptimizerOption beta1{"adam_beta1", 0.9, OptimizerOption::Range::share,
                                         "decay of adam's mean gradient"};
  static constexpr OptimizerOption beta2{"adam_beta2", 0.999, OptimizerOption::Range::share,
                                         "decay of adam's mean square"};
  static constexpr OptimizerOption epsilon{
      "adam_epsilon", 1e-8, OptimizerOption::Range::positive,
      "added to adam's root mean square, as a share of the first loss"};
  static constexpr std::array options{learning_rate, beta1, beta2, epsilon};

  static void set_options(Tao tao, const TrainingSpec& training) {
    auto& adam = static_cast<Adam&>(*state_of(tao));
    adam.alpha = training.option(learning_rate.key);
    adam.beta1_ = training.option(beta1.key);
    adam.beta2_ = training.option(beta2.key);
    adam.epsilon_ = training.option(epsilon.key);
  }

  void set_up(Tao tao) override {
    Descent::set_up(tao);
    Vec x = nullptr;
    check_petsc(TaoGetSolution(tao, &x));
    for (auto* moment : {&first_moment_, &second_moment_}) {
      check_petsc(VecDuplicate(x, moment->out()));
      check_petsc(VecSet(*moment, 0.0));
    }
  }

  IterationState state(Tao tao) override {
    IterationState state = Descent::state(tao);
    state.vectors.emplace_back("first_moment", first_moment_.get());
    state.vectors.emplace_back("second_moment", second_moment_.get());
    state.numbers.emplace_back("loss_unit", &unit_);
    return state;
  }

 private:
  void step(Vec solution, Vec gradient, double f, double number) override {
    const double correction1 = 1.0 - std::pow(beta1_, number);
    const double correction2 = 1.0 - std::pow(beta2_, number);
    PetscInt n = 0;
    check_petsc(VecGetLocalSize(solution, &n));
    if (unit_ == 0) unit_ = std::isnormal(f) ? std::exp2(std::ilogb(f)) : 1.0;
    const VecRead g(gradient);
    const std::optional<VecRead> s = read_scales();
    VecWrite x(solution), m(first_moment_), v(second_moment_);
    for (PetscInt i = 0; i < n; ++i) {
      m[i] = beta1_ * m[i] + (1.0 - beta1_) * g[i];
      v[i] = beta2_ * v[i] + (1.0 - beta2_) * g[i] * g[i];
      const double scale = scales ? (*s)[i] : 1.0;
      x[i] -= alpha * scale * (m[i] / correction1) /
              (std::sqrt(v[i] / correction2) + epsilon_ * unit_ / scale);
    }
  }

  double beta1_ = beta1.fallback, beta2_ = beta2.fallback, epsilon_ = epsilon.fallback;
  VecHandle first_moment_, second_moment_;
  double unit_ = 0; ///< a power of two near the first loss, of which epsilon is a share; 0 at first
};

} // namespace

std::span<const OptimizerInfo> adam() {
  static constexpr std::array all{
      OptimizerInfo{.name = "adam",
                    .summary = "Adam with `learning_rate` and the `adam_` keys; projected",
                    .searches = false,
                    .vectors = 9,
                    .remembered = 2,
                    .options = Adam::options,
                    .create = create_tao_type<Adam>,
                    .set_options = Adam::set_options,
                    .order = 10}};
  return all;
}

} // namespace nadir::optimizer_files
