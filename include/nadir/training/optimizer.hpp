#pragma once

#include "nadir/base/error.hpp"
#include "nadir/training/objective.hpp"
#include "nadir/training/tao_memory.hpp"
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

/// One accepted iterate of a training run; iteration 0 is the start.
struct Iteration {
  std::int64_t iteration = 0;
  LossParts loss;
  double gradient_norm = 0.0; ///< by scaled unknowns, projected where there are bounds
  double step_length = 0.0;
  std::int64_t evaluations = 0; ///< of loss and gradient since the start
  double seconds = 0.0;         ///< since the start
};

struct TrainingResult {
  std::vector<Iteration> history;
  std::size_t best = 0;   ///< row of the history with the lowest loss
  std::string reason;     ///< why it ended, in words
  bool converged = false; ///< ended because a test of convergence was met
  std::int64_t lost = 0;  ///< trial steps that led to no finite state, and were shortened
  std::string last_lost;  ///< why the last of them did
};

/// What a run that was interrupted had reached.
struct TrainingProgress {
  std::vector<Iteration> history;
  std::int64_t iteration = 0; ///< number of the iterate the run goes on from
};

/// The loss, or its gradient, cannot be computed at the very start.
class NoStart : public NumericsError {
 public:
  using NumericsError::NumericsError;
};

/// Minimises an objective by the TAO type a case names. Bounds come from the case. Everything is
/// measured in the scales of the unknowns (Unknowns), so results and iterations do not depend on
/// units. Collective.
class Optimizer {
 public:
  /// Sets everything up, reads PETSc's options (`-tao_...`), evaluates nothing. Throws InputError
  /// for an option value PETSc does not accept.
  Optimizer(const Case& c, Objective& objective);

  /// Runs from `x`; afterwards x holds the iterate with the lowest loss. `each` is called on all
  /// ranks for every iteration. A trial step to where a state is not finite, or where there is
  /// none, is shortened; NoStart where that is so at the start. Throws NumericsError where there is
  /// nothing to learn: the gradient is 0 at the start, and not because the loss is at its least.
  ///
  /// Where all ranks agree to stop (`watch`), StopRequest is thrown after the iteration, or amid a
  /// long evaluation; memory() and progress() are then those to go on from.
  TrainingResult run(Vec x, const std::function<void(const Iteration&)>& each);

  void watch(Stop& stop) { stop_ = &stop; }

  /// What the run depends on from here: save it, or fill its vectors and numbers before run() to go
  /// on. PETSc's own types have no more than a point and begin with an empty memory there.
  TaoMemory memory();
  /// Whether the type goes on exactly, with all it remembers.
  bool has_memory() const { return memory_of(tao_).has_value(); }
  /// Before run(): goes on after `progress`. `best` is the iterate of its lowest loss.
  void resume(TrainingProgress progress, Vec best);
  /// The iterate with the lowest loss so far.
  Vec best() const { return best_; }
  const std::vector<Iteration>& history() const { return result_.history; }

  /// Fraction of the bounded entries whose bound is active at x; 0 without bounds. Collective.
  double active_share(Vec x) const;

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

  const Case& case_;
  Objective& objective_;
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
