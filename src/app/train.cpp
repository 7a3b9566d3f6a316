#include "report.hpp"

#include "nadir/analysis/stability.hpp"
#include "nadir/analysis/summary.hpp"
#include "nadir/training/initial_values.hpp"
#include "nadir/training/optimizer.hpp"

namespace nadir::app {
namespace {

void print_training(const Job& job, const Grid& grid, const Objective& objective,
                    const TrainingResult& training, double active_share) {
  const Log& log = job.log;
  const Iteration& best = training.history[training.best];
  log.line(training.reason);
  log.line(formatted("best at iteration %lld: loss %.8g of %.8g at the start",
                     static_cast<long long>(best.iteration), best.loss.loss(),
                     training.history.front().loss.loss()));
  log.line(parameter_table(grid, job.c, objective.coefficients()));
  if (job.c.network.rate != 1.0) {
    log.line(formatted("physical rates: gamma = %g times R, U, D and b per unit of time",
                       job.c.network.rate));
  }
  log.line(stability_text(stability_of(grid, job.c, objective.coefficients())));
  if (objective.space().any_bounds())
    log.line(formatted("a bound is active at %.2f %% of the unknowns that have bounds",
                       100 * active_share));
}

} // namespace

void run_train(const Job& job) {
  check_memory(job.session.comm(), job.c, job.samples, Workload::train);
  const Grid grid(job.session.comm(), job.c.grid);
  const Observations observations = load_observations(grid, job.c);
  Objective objective(grid, job.c, observations, initial_coefficients(grid, job.c));
  Optimizer optimizer(job.c, objective);
  refuse_unused_options(job);
  print_start(job, grid, observations.samples, objective.space().global_size());

  VecHandle x = objective.initial_control();
  Progress progress(job, grid.comm());
  const TrainingResult training =
      optimizer.run(x, [&](const Iteration& iteration) { progress.add(iteration); });
  progress.finish();

  objective.set_control(x);
  const Outcome outcome = write_result({.job = job,
                                        .grid = grid,
                                        .observations = observations,
                                        .chain = objective.chain(),
                                        .coefficients = objective.coefficients(),
                                        .penalty = training.history[training.best].loss.penalty,
                                        .history = training.history});
  print_training(job, grid, objective, training, optimizer.active_share(x));
  print_outcome(job, outcome);
}

} // namespace nadir::app
