#include "report.hpp"

#include "nadir/training/initial_values.hpp"
#include "nadir/training/penalty.hpp"

namespace nadir::app {
namespace {

/// The penalties of the coefficients as they are. Collective.
double penalty_of(const Grid& grid, const Case& c, const Coefficients& coefficients) {
  const ControlSpace space(grid, c);
  if (space.blocks().empty()) return 0.0;
  VecHandle x = space.create();
  space.from_coefficients(coefficients, x);
  Penalty penalty(grid, space, x);
  const VecRead local(x);
  double sum = penalty.add(local.data(), nullptr);
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid.comm()));
  return sum;
}

} // namespace

void run_forward(const Job& job) {
  check_memory(job.session.comm(), job.c, job.samples, Workload::forward);
  const Grid grid(job.session.comm(), job.c.grid);
  refuse_unused_options(job);
  const Observations observations = load_observations(grid, job.c);
  const Coefficients coefficients = initial_coefficients(grid, job.c);
  Chain chain(grid, job.c);
  print_start(job, grid, observations.samples, 0);
  const double penalty = job.c.data.targets.empty() ? 0.0 : penalty_of(grid, job.c, coefficients);
  print_outcome(job, write_result({job, grid, observations, chain, coefficients, penalty}));
}

} // namespace nadir::app
