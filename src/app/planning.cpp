#include "planning.hpp"

#include "nadir/analysis/convolution_costs.hpp"
#include "nadir/base/check.hpp"
#include "nadir/base/node_memory.hpp"
#include "nadir/grid/grid.hpp"
#include "nadir/input/case_workload.hpp"
#include "nadir/output/scratch_file.hpp"
#include "nadir/schema/diagnostics.hpp"
#include "nadir/training/initial_values.hpp"

#include <algorithm>
#include <limits>

namespace nadir::app {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

Purpose purpose_of(Command command) {
  switch (command) {
  case Command::forward:
    return Purpose::forward;
  case Command::gradient:
    return Purpose::gradient;
  case Command::attractor:
    return Purpose::attractor;
  case Command::train:
  case Command::describe:
  case Command::interpret:
    break;
  }
  return Purpose::train;
}

Machine machine_of(const Elsewhere& elsewhere) {
  Machine machine;
  machine.ranks = elsewhere.ranks;
  machine.memory_per_rank = elsewhere.memory_per_node / elsewhere.ranks_per_node;
  return machine;
}

void measure_choices(const Session& session, const Log& log, const Case& c, const Workload& w,
                     Machine& machine) {
  if (!may_choose_convolution(w)) return;
  Workload by_fft = w;
  by_fft.purpose = Purpose::forward;
  by_fft.wishes.convolution = Convolution::fft;
  if (plan(by_fft, machine).memory.total() > machine.memory_per_rank)
    return; // whoever needs it says so
  const Grid grid(session.comm(), c.grid, w.reach.states);
  const auto costs = measure_convolution(grid, c, initial_coefficients(grid, c));
  machine.convolution = costs;
  const bool fft = chosen_fft(w, costs);
  log.line(
      formatted("kernel by %s: %.3g ms for a product and its transpose, %.3g ms by %s",
                fft ? "Fourier transforms" : "sweeps", 1e3 * std::min(costs.fft, costs.stencil),
                1e3 * std::max(costs.fft, costs.stencil), fft ? "sweeps" : "Fourier transforms"));
}

Workload workload_for(const Job& job, Purpose purpose) {
  Workload w = job.workload;
  w.purpose = purpose;
  w.wishes.layers_per_exchange = job.plan.layers.layers_per_exchange;
  return w;
}

void check_memory(const Job& job) {
  refuse(job.c, memory_problem(job.workload, job.machine, job.plan));
}

void check_scratch(const Job& job) {
  const double needed = job.plan.disk;
  if (needed == 0) return;
  const MPI_Comm comm = job.session.comm();
  const double free = free_disk(job.c.run.scratch) / node_memory(comm).ranks;
  double least = free > 0 ? free : infinity;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &least, 1, MPI_DOUBLE, MPI_MIN, comm));
  if (needed > least)
    refuse(job.c,
           PlanProblem{"run.scratch",
                       formatted("the states need %s on disk for each rank of a node that has %s "
                                 "free for it in %s; allow more memory (run.memory), or use "
                                 "another folder",
                                 bytes_text(needed).c_str(), bytes_text(least).c_str(),
                                 job.c.run.scratch.c_str())});
}

} // namespace nadir::app
