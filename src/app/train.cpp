#include "checkpoints.hpp"
#include "planning.hpp"
#include "report.hpp"
#include "restart.hpp"
#include "rounded_states.hpp"

#include "nadir/analysis/stability.hpp"
#include "nadir/analysis/summary.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/training/end_to_end_trainer.hpp"
#include "nadir/training/symmetry.hpp"

#include <utility>

namespace nadir::app {
namespace {

void print_training(const Job& job, const Grid& grid, const Objective& objective,
                    const TrainingResult& training, double active_share) {
  const Log& log = job.log;
  const Iteration& best = training.history[training.best];
  log.line(training.reason);
  if (training.lost > 0)
    log.line(formatted("%lld trial steps were shortened; the last: %s",
                       static_cast<long long>(training.lost), training.last_lost.c_str()));
  log.line(formatted("best at iteration %lld: loss %.8g of %.8g at the start",
                     static_cast<long long>(best.iteration), best.loss.loss(),
                     training.history.front().loss.loss()));
  log.line(parameter_table(grid, objective.coefficients().parameters(), objective.coefficients()));
  if (job.c.network.rate != 1.0) {
    log.line(formatted("physical rates: gamma = %g times R, U, D and b per unit of time",
                       job.c.network.rate));
  }
  log.line(stability_text(stability_of(grid, job.c, objective.coefficients())));
  if (objective.space().any_bounds())
    log.line(formatted("a bound is active at %.2f %% of the unknowns that have bounds",
                       100 * active_share));
}

/// What a user must know who reads the last line alone.
std::string how_far(const TrainingResult& training) {
  const Iteration &first = training.history.front(), &last = training.history.back();
  return formatted("%s, the gradient at %.2g of the first one",
                   training.reason.substr(0, training.reason.find(" (")).c_str(),
                   last.gradient_norm / first.gradient_norm);
}

/// A start that symmetry holds fast is left.
void set_layers_apart(const Job& job, Objective& objective, Vec x) {
  constexpr double share = 0.1;
  constexpr std::uint64_t seed = 1;
  try {
    if (!layers_would_stay_equal(objective, x)) return;
  } catch (const NumericsError&) {
    return; // training says more of a start that fails
  }
  perturb_layers(objective, share, seed, x);
  job.log.line(formatted("layers that start alike would stay equal: they are set apart by %g of "
                         "their parameters' scales (training.perturb)",
                         share));
}

/// One training with its checkpoints, from the start or from one of them.
class Training {
 public:
  Training(const Job& job, const Grid& grid, Objective& objective, Trainer& trainer)
      : job_(job), grid_(grid), objective_(objective), trainer_(trainer), wishes_(job),
        stop_(grid.comm(), [this](bool amid_work) { return wishes_(amid_work); }),
        checkpoints_(job, wishes_) {
    objective.watch(stop_);
    trainer.watch(stop_);
  }

  TrainingResult run(Vec x) {
    if (job_.restart) resume_training(job_, grid_, objective_.space(), trainer_, x);
    Progress progress(job_, grid_.comm(), objective_.observations().read, trainer_.history());
    last_seconds_ = process_seconds();
    try {
      const ProfileStage stage(Stage::computing);
      const TrainingResult training =
          trainer_.run(x, [&](const Iteration& i) { record(i, progress); });
      progress.finish();
      return training;
    } catch (const StopRequest& request) {
      progress.finish();
      leave(request);
    } catch (const NoStart& error) {
      throw NumericsError(error.what() + start_advice(grid_, job_.c, objective_.coefficients()));
    }
  }

  /// After the end and before the result: more iterations can go on from there, and no work is lost
  /// should the result not be written.
  void finish(const TrainingResult& training) {
    const bool wanted = !training.converged || checkpoints_.to_be_kept();
    if (checkpoints_.regular() && (wanted || checkpoints_.affordable()))
      checkpoints_.write(grid_, objective_, trainer_);
  }

  /// When the result is there.
  void tidy(const TrainingResult& training) { checkpoints_.tidy(!training.converged); }

 private:
  void record(const Iteration& iteration, Progress& progress) {
    progress.add(iteration);
    wishes_.iteration_took(process_seconds() - last_seconds_);
    if (checkpoints_.due(iteration.iteration)) checkpoints_.write(grid_, objective_, trainer_);
    last_seconds_ = process_seconds();
  }

  [[noreturn]] void leave(const StopRequest& request) {
    const std::string path = checkpoints_.write(grid_, objective_, trainer_);
    wishes_.obeyed();
    throw StopRequest(std::string("stopped early (") + request.what() + "); everything is in " +
                      path + ": run again with --restart");
  }

  const Job& job_;
  const Grid& grid_;
  Objective& objective_;
  Trainer& trainer_;
  StopWishes wishes_;
  Stop stop_;
  Checkpoints checkpoints_;
  double last_seconds_ = 0;
};

} // namespace

void run_train(const Job& job) {
  check_memory(job);
  check_scratch(job);
  const Grid grid(job.session.comm(), job.c.grid, job.plan.ghosts.states);
  Observations observations = load_observations(grid, job.c);
  Coefficients start =
      start_coefficients(job, grid, observations.read, job.plan.layers.layers_per_exchange);
  refuse_other_data(job, observations.read);
  Objective objective(grid, job.c, observations, std::move(start), job.plan.states,
                      job.plan.layers);
  EndToEndTrainer trainer(job.c, objective);
  refuse_unused_options(job);
  print_start(job, grid, observations.samples, objective.space().global_size());
  print_targets(job, grid, observations);
  mention_checkpoints(job);

  VecHandle x = objective.initial_control();
  if (job.c.training.perturb && !job.restart) set_layers_apart(job, objective, x);
  const auto state_error = compare_rounded(job, objective, x);
  Training run(job, grid, objective, trainer);
  const TrainingResult training = run.run(x);
  run.finish(training);
  const WorkCounters work = objective.work(); // what writing computes is another matter

  objective.set_control(x);
  const Outcome outcome = write_result({.job = job,
                                        .grid = grid,
                                        .observations = observations,
                                        .network = objective.network(),
                                        .coefficients = objective.coefficients(),
                                        .penalty = training.history[training.best].loss.penalty,
                                        .state_error = state_error,
                                        .history = training.history,
                                        .ended = &training});
  run.tidy(training);
  print_training(job, grid, objective, training, trainer.active_share(x));
  print_outcome(job, outcome);
  job.log.line(speed_line(job, work, objective.samples_at_once()));
  if (!training.converged) job.log.line("not converged: " + how_far(training));
}

} // namespace nadir::app
