#include "planning.hpp"
#include "report.hpp"

#include "nadir/analysis/machine.hpp"
#include "nadir/analysis/stability.hpp"
#include "nadir/analysis/summary.hpp"
#include "nadir/analysis/truncation.hpp"
#include "nadir/base/error.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/input/case_workload.hpp"
#include "nadir/input/file_checks.hpp"
#include "nadir/training/initial_values.hpp"

#include <algorithm>
#include <array>

namespace nadir::app {
namespace {

constexpr std::array purposes{
    std::pair{Purpose::forward, "forward"}, std::pair{Purpose::gradient, "gradient"},
    std::pair{Purpose::train, "train"}, std::pair{Purpose::attractor, "attractor"}};

/// Whether the case is meant for `nadir attractor` too.
bool has_search(const Case& c) { return c.positions.contains("attractor"); }

void print_memory(const Job& job) {
  for (const auto& [purpose, name] : purposes) {
    if (goes_back(purpose) && count_parameters(job.workload).trained == 0) continue;
    if (purpose == Purpose::attractor && !has_search(job.c)) continue;
    const Plan found = plan(workload_for(job, purpose), job.machine);
    std::string parts;
    for (const auto& part : found.memory.parts) {
      if (part.bytes == 0) continue;
      parts += (parts.empty() ? "" : ", ") + part.name + " " + bytes_text(part.bytes);
    }
    job.log.line(formatted("  %-9s %10s  (%s)", name, bytes_text(found.memory.total()).c_str(),
                           parts.c_str()));
    if (!goes_back(purpose)) continue;
    for (const auto& text : plan_texts(job, found)) job.log.line("            " + text);
  }
}

/// What `nadir attractor` would do.
std::string search_text(const Case& c, std::int64_t samples) {
  const AttractorSpec& a = c.attractor;
  const auto whole = [](std::int64_t n) { return static_cast<long long>(n); };
  if (c.network.activation->linear)
    return formatted("search  one linear system, %lld eigenvalues, %zu Green's functions",
                     whole(a.modes), a.green.size());
  return formatted(
      "search  %lld starts through up to %lld layers each and by the solver, to %g; %lld "
      "eigenvalues of each fixed point, %zu Green's functions",
      whole(samples + 1 + a.starts), whole(a.layers), a.tolerance, whole(a.modes), a.green.size());
}

/// Whether the coefficients alone, and what a rank needs to read them, fit where the case does not.
bool coefficients_fit(const Plan& found, const Machine& machine) {
  double bytes = 0;
  for (const auto& part : found.memory.parts)
    if (part.name == "coefficients" || part.name == "grid") bytes += part.bytes;
  return 2 * bytes < machine.memory_per_rank; // one of them once more while its file is read
}

/// A case whose coefficients are those of `c` at any point: on a small grid, where they are
/// numbers.
Case at_one_point(const Case& c) {
  Case small = c;
  for (const NamedParameter& p : named_parameters(small)) p.spec.varies_space = false;
  for (auto& n : small.grid.shape) n = std::min<std::int64_t>(n, 2 * state_ghosts(c) + 2);
  return small;
}

void print_coefficients(const Job& job, const Grid& grid, const Coefficients& coefficients) {
  const Case& c = job.c;
  job.log.line("initial coefficients");
  job.log.line(parameter_table(grid, ParameterSet(c), coefficients));
  const std::string cut_off = truncation_text(grid, c.kernel, coefficients);
  if (!cut_off.empty()) job.log.line(cut_off);
  job.log.line("stability of the initial coefficients");
  job.log.line(stability_text(stability_of(grid, c, coefficients)));
}

/// What can be said of the coefficients where the case does not fit the memory.
void print_coefficients_in_brief(const Job& job, const Workload& w, const Machine& here) {
  const Case& c = job.c;
  const auto from_file = [](const Parameter& p) { return p.spec.varies_space && p.spec.init_file; };
  if (c.kernel.is_full_matrix()) {
    job.log.line("stability of the initial coefficients");
    return job.log.line(stability_text({.full_matrix = true}));
  }
  if (std::ranges::none_of(ParameterSet(c), from_file)) {
    const Case small = at_one_point(c);
    const Grid grid(MPI_COMM_SELF, small.grid, state_ghosts(c));
    return print_coefficients(job, grid, initial_coefficients(grid, small));
  }
  if (!coefficients_fit(plan(w, here), here))
    return job.log.line("stability of the initial coefficients: their fields do not fit, either");
  const Grid grid(job.session.comm(), c.grid, state_ghosts(c));
  print_coefficients(job, grid, initial_coefficients(grid, c));
}

/// As the other commands do, so that what they would refuse is refused here.
void read_data(const Job& job, const Grid& grid) {
  print_targets(job, grid, load_observations(grid, job.c));
}

/// What would run, in numbers.
void print_layout(const Job& job) {
  const Case& c = job.c;
  const Extents &shape = job.workload.shape, &box = job.plan.box;
  const ProcessGrid& p = job.plan.processes;
  const ParameterCount count = count_parameters(job.workload);
  const Log& log = job.log;
  log.line("case    " + c.positions.file + (c.title.empty() ? "" : ": " + c.title));
  log.line(formatted("states  %lld points x %s x %lld samples",
                     static_cast<long long>(shape[0] * shape[1] * shape[2]), depth_text(c).c_str(),
                     static_cast<long long>(job.samples)));
  log.line("scheme  " + layers_text(c.network));
  log.line(formatted("unknowns  %lld trained of %lld parameters",
                     static_cast<long long>(count.trained), static_cast<long long>(count.all)));
  if (has_search(c)) log.line(search_text(c, job.samples));
  if (const auto& there = job.arguments.elsewhere)
    log.line(formatted("machine  %d rank(s), %d on each node of %s, told and not measured",
                       there->ranks, there->ranks_per_node,
                       bytes_text(there->memory_per_node).c_str()));
  log.line(formatted("layout  %d rank(s) as %d x %d x %d, boxes up to %lld x %lld x %lld (z, y, x)",
                     job.machine.ranks, p[0], p[1], p[2], static_cast<long long>(box[0]),
                     static_cast<long long>(box[1]), static_cast<long long>(box[2])));
  if (is_galerkin(c)) log.line(basis_text(c));
  if (job.plan.layers.layers_per_exchange > 1) log.line(exchange_text(job.plan));
  log.line("memory per rank, added after start-up");
  print_memory(job);
  log.line("disk    " + bytes_text(result_bytes(job.workload)) + " in " + c.output.file);
  if (count.trained > 0)
    log.line("checkpoints of `train`: up to " + bytes_text(checkpoint_bytes(job.workload)) +
             " each");
}

} // namespace

void run_describe(const Job& job) {
  const Case& c = job.c;
  print_layout(job);
  const bool learns = count_parameters(job.workload).trained > 0 && !c.data.targets.empty();
  const Workload w = workload_for(job, learns ? Purpose::train : Purpose::forward);
  const MaybeProblem problem = memory_problem(w, job.machine, plan(w, job.machine));
  // What is read here has to fit here, whatever machine is planned for.
  const bool elsewhere = job.arguments.elsewhere.has_value();
  const Machine here = elsewhere ? this_machine(job.session.comm()) : job.machine;
  const bool fits = elsewhere ? !memory_problem(w, here, plan(w, here)) : !problem;
  if (fits) {
    // Only now: its index lists take memory too.
    const Grid grid(job.session.comm(), c.grid, state_ghosts(c));
    std::vector<DataRead> read;
    print_coefficients(job, grid, start_coefficients(job, grid, read, 1));
    if (!problem) read_data(job, grid);
  } else {
    print_coefficients_in_brief(job, w, here);
    if (!problem) job.log.line("the data were not read: the case does not fit this machine");
  }
  refuse(c, problem);
  job.log.detail("resolved case:\n" + resolved_text(c));
}

} // namespace nadir::app
