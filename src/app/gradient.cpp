#include "planning.hpp"
#include "report.hpp"
#include "rounded_states.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/base/traffic.hpp"
#include "nadir/training/gradient_check.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <utility>

namespace nadir::app {
namespace {

const char* verdict(bool passed) { return passed ? "ok" : "FAILED"; }

/// Prints the tables of theory, section 6. Returns whether everything holds.
bool verify(const Job& job, const Grid& grid, Objective& objective, Vec x) {
  const Log& log = job.log;
  GradientCheck check(grid, job.c, objective);
  const TransposeCheck transpose = check.transpose(x);
  bool all = transpose.passed();
  int not_judged = 0;
  log.line(formatted("transpose  |<Wz, l> - <z, W'l>| / (|Wz| |l|) = %.2e  (at most %.0e)  %s",
                     transpose.difference, TransposeCheck::tolerance, verdict(transpose.passed())));
  log.line("Taylor     parameter              slope   step        remainder at the window's ends");
  for (const TaylorCheck& t : check.taylor(x)) {
    const std::string name = t.parameter + (t.penalty ? ", penalty" : "");
    all = all && t.passed();
    not_judged += !t.judged();
    if (t.window < 0) {
      log.line(formatted("           %-19s  linear                every remainder is rounding  %s",
                         name.c_str(), verdict(t.passed())));
    } else {
      const auto k = static_cast<std::size_t>(t.window);
      log.line(formatted("           %-19s  %7.4f   %.1e     %.2e, %.2e  %s", name.c_str(), t.slope,
                         t.steps[k], t.remainders[k], t.remainders[k + TaylorCheck::halvings],
                         t.judged() ? verdict(t.passed()) : "not judged"));
    }
    if (t.sign_changes > 0) {
      log.line(formatted("           %-19s  Z changes its sign at %lld points inside the window",
                         "", static_cast<long long>(t.sign_changes)));
    }
    if (t.drowned)
      log.line(
          formatted("           %-19s  the rounding of its penalty's derivative drowns it", ""));
  }
  log.line("directions parameter   1 - cosine   relative difference to central differences");
  for (const DirectionCheck& d : check.directions(x)) {
    all = all && d.passed();
    not_judged += d.sign_changes > 0;
    const bool defined = !std::isnan(d.one_minus_cosine);
    log.line(formatted("           %-10s   %9s   %.1e  %s%s", d.parameter.c_str(),
                       defined ? formatted("%.1e", d.one_minus_cosine).c_str() : "undefined",
                       d.relative,
                       d.sign_changes > 0 ? "not judged (sign changes)" : verdict(d.passed()),
                       defined ? "" : " (the derivatives are next to rounding)"));
  }
  log.line(!all ? "the gradient FAILED its verification"
           : not_judged > 0
               ? formatted("the gradient is verified where it was judged; %d of the tests were not",
                           not_judged)
               : "the gradient is verified");
  return all;
}

/// The same for a gradient from rounded states, which cannot pass: with exact ones, where there is
/// room for them.
bool verify_exactly(const Job& job, const Grid& grid, Objective& objective, Vec x) {
  const auto exact = plan_to_compare(job.plan.states, job.c.network.layers);
  if (!exact) return verify(job, grid, objective, x);
  job.log.line("verified with states in double precision:");
  objective.hold_states(*exact);
  const bool passed = verify(job, grid, objective, x);
  objective.hold_states(job.plan.states);
  return passed;
}

/// Seconds of `work` on the slowest rank. Collective.
double time_of(MPI_Comm comm, const std::function<void()>& work) {
  check_mpi(MPI_Barrier(comm));
  const double start = MPI_Wtime();
  work();
  double seconds = MPI_Wtime() - start;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, comm));
  return seconds;
}

/// What the busiest rank sent. Collective.
Traffic busiest(MPI_Comm comm, const Traffic& mine) {
  std::array sent{mine.messages, mine.bytes};
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, sent.data(), 2, MPI_INT64_T, MPI_MAX, comm));
  return {sent[0], sent[1]};
}

} // namespace

void run_gradient(const Job& job) {
  check_memory(job);
  check_scratch(job);
  const Grid grid(job.session.comm(), job.c.grid, job.plan.ghosts.states);
  Observations observations = load_observations(grid, job.c);
  Coefficients start =
      start_coefficients(job, grid, observations.read, job.plan.layers.layers_per_exchange);
  Objective objective(grid, job.c, observations, std::move(start), job.plan.states,
                      job.plan.layers);
  refuse_unused_options(job);
  print_start(job, grid, observations.samples, objective.space().global_size());
  print_targets(job, grid, observations);
  VecHandle x = objective.initial_control(), gradient = objective.space().create();

  const bool verified = !job.arguments.verify || verify_exactly(job, grid, objective, x);
  std::vector<double> forward_seconds, gradient_seconds;
  const ProfileStage stage(Stage::computing);
  if (job.arguments.repeat > 0) objective.value(x); // warms up what a loss alone needs
  const Traffic before = traffic_sent();
  LossParts parts = objective.value_and_gradient(x, gradient); // also the warm-up
  const Traffic traffic = busiest(grid.comm(), traffic_sent() - before);
  for (int k = 0; k < job.arguments.repeat; ++k) {
    forward_seconds.push_back(time_of(grid.comm(), [&] { objective.value(x); }));
    gradient_seconds.push_back(
        time_of(grid.comm(), [&] { parts = objective.value_and_gradient(x, gradient); }));
  }
  const WorkCounters work = objective.work(); // what writing computes is another matter
  const auto state_error = compare_rounded(job, objective, x, gradient);
  print_outcome(job, write_result({.job = job,
                                   .grid = grid,
                                   .observations = observations,
                                   .network = objective.network(),
                                   .coefficients = objective.coefficients(),
                                   .penalty = parts.penalty,
                                   .gradient = &objective.spread_gradient(gradient),
                                   .state_error = state_error,
                                   .forward_seconds = forward_seconds,
                                   .gradient_seconds = gradient_seconds,
                                   .traffic = traffic}));
  job.log.line(speed_line(job, work, objective.samples_at_once()));
  if (!verified)
    throw NumericsError("the gradient does not pass its verification; see the tables above");
}

} // namespace nadir::app
