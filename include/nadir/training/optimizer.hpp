#pragma once

#include "nadir/training/objective.hpp"

#include <petsctao.h>

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace nadir {

/// One accepted iterate of a training run; iteration 0 is the start.
struct Iteration {
  std::int64_t iteration = 0;
  LossParts loss;
  double gradient_norm = 0.0; ///< of the projected gradient where there are bounds
  double step_length = 0.0;
  std::int64_t evaluations = 0; ///< of loss and gradient since the start
  double seconds = 0.0;         ///< since the start
};

struct TrainingResult {
  std::vector<Iteration> history;
  std::size_t best = 0; ///< row of the history with the lowest loss
  std::string reason;   ///< why it ended, in words
};

/// Minimises an objective by the TAO type a case names. Bounds come from the case. Collective.
class Optimizer {
 public:
  /// Sets everything up, reads PETSc's options (`-tao_...`), evaluates nothing. Throws InputError
  /// for an option value PETSc does not accept.
  Optimizer(const Case& c, Objective& objective);

  /// Runs from `x`; afterwards x holds the iterate with the lowest loss. `each` is called on all
  /// ranks for every iteration. Throws NumericsError, naming the iteration, when a state is not
  /// finite.
  TrainingResult run(Vec x, const std::function<void(const Iteration&)>& each);

  /// Fraction of the bounded entries whose bound is active at x; 0 without bounds. Collective.
  double active_share(Vec x) const;

 private:
  static PetscErrorCode evaluate(Tao tao, Vec x, PetscReal* f, Vec g, void* self);
  static PetscErrorCode monitor(Tao tao, void* self);
  void record_iteration(Tao tao);
  void refuse_other_type() const;
  LossParts parts_of(double loss);
  std::string reason_text(TaoConvergedReason reason) const;

  const Case& case_;
  Objective& objective_;
  TaoHandle tao_;
  VecHandle lower_, upper_; ///< null without bounds
  VecHandle solution_;      ///< TAO's iterate
  VecHandle best_;
  double best_loss_ = 0.0;
  TrainingResult result_;
  std::function<void(const Iteration&)> each_;
  double start_ = 0.0;
  std::int64_t evaluations_before_ = 0;
  std::deque<LossParts> recent_; ///< parts of the last evaluations, to find those of an iterate
  std::exception_ptr failure_;   ///< thrown inside a callback of PETSc
};

} // namespace nadir
