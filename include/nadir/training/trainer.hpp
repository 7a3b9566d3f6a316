#pragma once

#include "nadir/base/error.hpp"
#include "nadir/base/iteration_state.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/training/objective.hpp"

#include <petscvec.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// The room `training`: what is learned from what, and how.
///
/// Here live what a case says of it (training_spec.hpp), the data it is compared with
/// (observations.hpp), the terms of the loss (misfit.hpp, penalty.hpp), the vector of all trained
/// parameters (control.hpp) and their scales (unknowns.hpp), loss and gradient over all samples
/// and ranks (objective.hpp), tests of that gradient (gradient_check.hpp), optimisers, one file
/// each in src/training/optimizers, and trainers (this header), which checkpoints save and resume.
///
/// The room does not know how W is computed, nor where results are written.
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

/// A strategy of training: what runs, tells what to save, and goes on from there. Checkpoints and
/// restarts know nothing else of it. Everything is collective, and of control vectors.
class Trainer {
 public:
  virtual ~Trainer() = default;

  /// Runs from `x`; afterwards x holds the iterate with the lowest loss. `each` is called on all
  /// ranks for every iteration. NoStart where there is no loss at the start. Throws NumericsError
  /// where there is nothing to learn: the gradient is 0 at the start, and not because the loss is
  /// at its least.
  ///
  /// Where all ranks agree to stop (`watch`), StopRequest is thrown after the iteration, or amid a
  /// long evaluation; state() and history() are then those to go on from.
  virtual TrainingResult run(Vec x, const std::function<void(const Iteration&)>& each) = 0;
  virtual void watch(Stop& stop) = 0;

  /// What the run depends on from here: save it, or fill its vectors and numbers before run() to go
  /// on.
  virtual IterationState state() = 0;
  /// Whether that is everything, so that it goes on exactly; else it is no more than the point.
  virtual bool goes_on_exactly() const = 0;
  /// Before run(): goes on after `progress`. `best` is the iterate of its lowest loss.
  virtual void resume(TrainingProgress progress, Vec best) = 0;
  /// The iterate with the lowest loss so far.
  virtual Vec best() const = 0;
  virtual const std::vector<Iteration>& history() const = 0;

  /// Fraction of the bounded entries whose bound is active at x; 0 without bounds.
  virtual double active_share(Vec x) const = 0;
};

} // namespace nadir
