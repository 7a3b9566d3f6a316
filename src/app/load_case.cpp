
#include "init_from.hpp"
#include "planning.hpp"
#include "restart.hpp"

#include "nadir/analysis/machine.hpp"
#include "nadir/analysis/summary.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"
#include "nadir/grid/grid.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/input/case_workload.hpp"
#include "nadir/input/file_checks.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/output/output_lock.hpp"
#include "nadir/output/place_file.hpp"
#include "nadir/output/result_file.hpp"
#include "nadir/output/scratch_file.hpp"
#include "nadir/schema/diagnostics.hpp"
#include "nadir/training/control.hpp"
#include "nadir/training/initial_values.hpp"
#include "nadir/training/sample_sweep.hpp"

#include <petscsys.h>

#include <algorithm>
#include <set>

namespace nadir::app {
namespace {

void add(Diagnostics& diagnostics, const Case& c, const std::string& path,
         const std::string& message) {
  diagnostics.add(c.positions.of(path), path, message);
}

/// Fixed points are of one layer that is repeated, from point to point.
void check_attractor(const Case& c, Diagnostics& diagnostics) {
  if (is_galerkin(c))
    add(diagnostics, c, "network.basis", "`nadir attractor` needs the basis \"delta\"");
  for (const Parameter& p : ParameterSet(c)) {
    if (!p.spec.varies_layer) continue;
    const std::string path = p.key + ".varies";
    add(diagnostics, c, path,
        "`nadir attractor` needs coefficients that are the same in all layers: leave out "
        "\"layer\"");
  }
}

/// What is known of attractors is for layers of explicit Euler alone.
void check_plain_layers(const Case& c, Diagnostics& diagnostics) {
  if (c.network.scheme != SchemeKind::explicit_euler)
    add(diagnostics, c, "network.scheme",
        "`nadir attractor` needs layers of explicit Euler; fixed points are the same with every "
        "scheme: add --set network.scheme=explicit-euler");
  if (c.network.normalisation != Normalisation::none)
    add(diagnostics, c, "network.normalisation",
        "`nadir attractor` finds no attractors whose norm is held: it needs \"none\"");
}

/// What a command needs beyond a valid case.
void check_command(const Case& c, Command command, Diagnostics& diagnostics) {
  if (command == Command::attractor) {
    if (c.network.attractor) return; // checked with the case
    check_attractor(c, diagnostics);
    return check_plain_layers(c, diagnostics);
  }
  if (command != Command::train && command != Command::gradient) return;
  const std::string name = command == Command::train ? "train" : "gradient";
  const bool unread = c.positions.given.empty(); // no file, or no TOML: the reader has said so
  if (!unread && c.data.targets.empty() && !c.positions.contains("data.target")) {
    add(diagnostics, c, "data", "`nadir " + name + "` needs a target: add data.target");
  }
  const auto trained = [](const Parameter& p) { return p.spec.train; };
  if (diagnostics.empty() && std::ranges::none_of(ParameterSet(c), trained)) {
    add(diagnostics, c, "kernel",
        "no parameter is trained: write one as a table, e.g. reaction = { init = 0.0 }");
  }
}

/// Whether ranks, those that are here or planned for, and PETSc's integers suffice for the grid.
void check_grid(const std::set<int>& counts, const Case& c, Diagnostics& diagnostics) {
  const auto usable = [](std::int64_t n) { return n > 0; };
  if (c.grid.shape.empty() || c.grid.shape.size() > 3 || !std::ranges::all_of(c.grid.shape, usable))
    return;
  const Extents shape = three_extents(c.grid.shape);
  // More points than 64 bits count are the case reader's business; their product means nothing
  // here.
  const double product =
      static_cast<double>(shape[0]) * static_cast<double>(shape[1]) * static_cast<double>(shape[2]);
  if (product > 9e18) return;
  const Workload w = workload_of(c, 1, Purpose::train);
  const std::int64_t unknowns =
      std::max(shape[0] * shape[1] * shape[2], count_parameters(w).trained);
  const std::string too_many = too_many_unknowns(unknowns);
  if (!too_many.empty()) return add(diagnostics, c, "grid.shape", too_many);
  for (const int ranks : counts)
    if (const auto problem = grid_problem(w, ranks))
      add(diagnostics, c, problem->key, problem->text);
}

/// The folder for states must be there on every rank's node.
void check_scratch_folder(MPI_Comm comm, const Case& c, Command command, Diagnostics& diagnostics) {
  if (c.run.scratch.empty() || (command != Command::gradient && command != Command::train)) return;
  const std::string problem = first_problem(comm, unusable_scratch(c.run.scratch));
  if (!problem.empty()) add(diagnostics, c, "run.scratch", problem);
}

/// Samples of the input as its file has them. Collective.
std::int64_t count_samples(const Session& session, const Case& c) {
  std::int64_t samples = 0;
  Diagnostics ignored; // reported by check_case_files already
  if (session.rank() == 0) samples = check_field(c, c.data.input, "data.input", ignored);
  check_mpi(MPI_Bcast(&samples, 1, MPI_INT64_T, 0, session.comm()));
  return samples;
}

} // namespace

void clear_away_leftovers(const Session& session, const std::string& output) {
  together<SystemError>(session.comm(), "", [&] {
    if (session.rank() == 0) clear_leftovers(output);
  });
}

Case load_case(const Session& session, const Arguments& arguments) {
  Diagnostics diagnostics;
  const Log log(session.rank(), arguments.verbosity);
  InitFrom start;
  std::vector<std::string> overrides = arguments.overrides;
  if (!arguments.init_from.empty()) {
    start = init_from(session.comm(), arguments.case_file, overrides, arguments.init_from);
    overrides.insert(overrides.begin(), start.overrides.begin(), start.overrides.end());
  }
  Case c = read_case(session.comm(), arguments.case_file, overrides, diagnostics);
  start.rename(c.positions);
  check_command(c, arguments.command, diagnostics);
  if (!arguments.output.empty()) {
    c.output.file = arguments.output;
    c.positions.given["output.file"] = {"--output", 0, 0};
  }
  std::set<int> counts{session.ranks()};
  if (arguments.elsewhere) counts.insert(arguments.elsewhere->ranks);
  check_grid(counts, c, diagnostics);
  check_case_files(session.comm(), c, diagnostics);
  if (!c.output.file.empty() && arguments.command != Command::describe)
    check_output(session.comm(), c, diagnostics);
  check_scratch_folder(session.comm(), c, arguments.command, diagnostics);
  diagnostics.throw_if_any();
  for (const std::string& warning : diagnostics.warnings()) log.warning(warning);
  if (!start.taken.empty())
    log.line("starts from " + join(start.taken, ", ") + " of " + arguments.init_from +
             (start.left.empty() ? "" : "; not in it, as in the case: " + join(start.left, ", ")));
  return c;
}

Coefficients start_coefficients(const Job& job, const Grid& grid, std::vector<DataRead>& read,
                                std::int64_t layers_per_exchange) {
  Coefficients coefficients = initial_coefficients(grid, job.c, &read, layers_per_exchange);
  if (!job.c.network.attractor && job.arguments.command != Command::attractor) return coefficients;
  const Range omega = range_of(grid, coefficients["relaxation"], 0);
  Diagnostics diagnostics;
  if (!(omega.minimum > 0 || omega.maximum < 0))
    add(diagnostics, job.c, "network.relaxation",
        "omega is 0 or changes sign: where it is 0 nothing relaxes; an attractor needs omega other "
        "than 0 and of one sign");
  diagnostics.throw_if_any();
  return coefficients;
}

void refuse_unused_options(const Job& job) { refuse_unused_options(job.session, job.log); }

void refuse_unused_options(const Session& session, const Log& log) {
  std::vector<std::string> problems;
  for (const auto& word : session.unused_petsc_words()) {
    problems.push_back("-- " + word + ": no part of PETSc used here asks for this option");
  }
  if (!problems.empty()) throw InputError(problems);
  const auto elsewhere = session.unused_petsc_environment();
  if (!elsewhere.empty()) {
    log.warning("PETSc options from the environment or rc files that nothing uses: " +
                join(elsewhere, " "));
  }
}

void run_command(const Session& session, const Arguments& arguments) {
  const Log log(session.rank(), arguments.verbosity);
  if (arguments.command == Command::interpret) return run_interpret(session, arguments, log);
  const Case c = load_case(session, arguments);
  const std::int64_t samples = count_samples(session, c);
  const Workload workload = workload_of(c, samples, purpose_of(arguments.command));
  const auto& elsewhere = arguments.elsewhere;
  Machine machine = elsewhere ? machine_of(*elsewhere) : this_machine(session.comm());
  refuse(c, groups_problem(workload, machine.ranks));
  if (!elsewhere) measure_choices(session, log, c, workload, machine);
  refuse(c, exchange_problem(workload, machine));
  Job job{session, arguments,   log, c, samples, workload, machine, plan(workload, machine),
          {},      Run::start()};
  if (arguments.command == Command::describe) return run_describe(job);

  const OutputLock lock(session.comm(), c.output.file, job.run.description());
  if (!lock.held()) log.warning(lock.warning());
  if (is_finished(session, arguments, c, log)) return;
  job.restart = choose_restart(session, arguments, c, log);
  if (job.restart) {
    job.run.parent_id = job.restart->run_id;
    job.run.first_id = job.restart->first_run_id;
  }
  if (lock.held()) clear_away_leftovers(session, c.output.file);
  switch (arguments.command) {
  case Command::forward:
    return run_forward(job);
  case Command::gradient:
    return run_gradient(job);
  case Command::train:
    return run_train(job);
  case Command::attractor:
    return run_attractor(job);
  case Command::describe:
  case Command::interpret:
    break;
  }
}

} // namespace nadir::app
