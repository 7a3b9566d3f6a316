#pragma once

#include "nadir/training/model_hessian.hpp"
#include "nadir/training/optimizers.hpp"
#include "nadir/training/trainer.hpp"
#include "nadir/training/unknowns.hpp"

#include <petsctao.h>

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace nadir {

/// All parameters at once: minimises an objective by the TAO type a case names. Bounds come from
/// the case. Everything is measured in the scales of the unknowns (Unknowns), so results and
/// iterations do not depend on units. Collective.
class EndToEndTrainer final : public Trainer {
 public:
  /// Sets everything up, reads PETSc's options (`-tao_...`), evaluates nothing. Throws InputError
  /// for an option value PETSc does not accept.
  EndToEndTrainer(const ProblemSpec& c, Objective& objective);

  /// A trial step to where a state is not finite, or where there is none, is shortened.
  TrainingResult run(Vec x, const std::function<void(const Iteration&)>& each) override;
  void watch(Stop& stop) override { stop_ = &stop; }

  /// PETSc's own types have no more than a point and begin with an empty memory there.
  IterationState state() override;
  bool goes_on_exactly() const override { return optimizer_.create != nullptr; }
  void resume(TrainingProgress progress, Vec best) override;
  Vec best() const override { return best_; }
  const std::vector<Iteration>& history() const override { return result_.history; }

  double active_share(Vec x) const override;

 private:
  static PetscErrorCode evaluate(Tao tao, Vec x, PetscReal* f, Vec g, void* self);
  static PetscErrorCode monitor(Tao tao, void* self);
  void record_iteration(Tao tao);
  void stop_if_agreed() const;
  double evaluate_trial(Vec x, Vec g);
  std::optional<double> value_of_lost(Vec x);
  void refuse_lost_iterate(double value) const;
  void refuse_other_type() const;
  void set_bounds(const ControlSpace& space);
  void set_absolute_tolerance(double norm);
  std::string start_text();
  bool fit_depends_on_unknowns();
  LossParts parts_of(double value);
  std::string reason_text(TaoConvergedReason reason);
  std::string convergence_text(TaoConvergedReason reason);

  const ProblemSpec& case_;
  const OptimizerInfo& optimizer_;
  Objective& objective_;
  std::optional<ModelHessian> hessian_; ///< where quasi-Newton methods begin
  TaoHandle tao_;
  VecHandle lower_, upper_; ///< null without bounds
  VecHandle scales_;        ///< of the unknowns; null where all are 1
  Unknowns unknowns_;       ///< what the type sees
  VecHandle solution_;      ///< TAO's iterate
  VecHandle best_;
  VecHandle accepted_;               ///< last iterate of a type without memory; null for the others
  double iteration_ = 0;             ///< its number
  std::int64_t first_iteration_ = 0; ///< of this run
  Stop* stop_ = nullptr;
  double best_loss_ = 0.0;
  TrainingResult result_;
  std::function<void(const Iteration&)> each_;
  double start_ = 0.0; ///< of the history's clock
  std::int64_t evaluations_before_ = 0;
  /// Tolerances of the gradient's norm, from the case or PETSc's options: absolute, of the first.
  PetscReal absolute_ = 0, relative_ = 0;
  std::optional<double> lost_value_; ///< what a type was told of the last trial, if that was lost
  std::deque<LossParts> recent_;     ///< parts of the last evaluations, to find those of an iterate
  std::exception_ptr failure_;       ///< thrown inside a callback of PETSc
};

} // namespace nadir
