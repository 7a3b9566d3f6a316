#include "restart.hpp"

#include "nadir/analysis/convolution_choice.hpp"
#include "nadir/analysis/exchange_choice.hpp"
#include "nadir/analysis/group_choice.hpp"
#include "nadir/analysis/resources.hpp"
#include "nadir/analysis/summary.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"
#include "nadir/grid/grid.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/input/diagnostics.hpp"
#include "nadir/input/file_checks.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/output/output_lock.hpp"
#include "nadir/output/place_file.hpp"
#include "nadir/output/result_file.hpp"
#include "nadir/output/scratch_file.hpp"
#include "nadir/training/control.hpp"
#include "nadir/training/initial_values.hpp"
#include "nadir/training/sample_sweep.hpp"

#include <petscsys.h>

#include <algorithm>
#include <limits>

namespace nadir::app {
namespace {

void add(Diagnostics& diagnostics, const Case& c, const std::string& path,
         const std::string& message) {
  diagnostics.add(position_of(c, path), path, message);
}

/// Fixed points are of one layer that is repeated, from point to point.
void check_attractor(const Case& c, Diagnostics& diagnostics) {
  if (is_galerkin(c))
    add(diagnostics, c, "network.basis", "`nadir attractor` needs the basis \"delta\"");
  for (const auto p : all_parameters) {
    if (!case_of(c, p).varies_layer) continue;
    const std::string path = std::string(key_of(p)) + ".varies";
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
  const bool unread = c.positions.empty(); // no file, or no TOML: the reader has said so
  if (!unread && c.data.targets.empty() && !c.positions.contains("data.target")) {
    add(diagnostics, c, "data", "`nadir " + name + "` needs a target: add data.target");
  }
  const auto trained = [&](Parameter p) { return case_of(c, p).train; };
  if (diagnostics.empty() && std::ranges::none_of(all_parameters, trained)) {
    add(diagnostics, c, "kernel",
        "no parameter is trained: write one as a table, e.g. reaction = { init = 0.0 }");
  }
}

/// Whether ranks and PETSc's integers suffice for the grid.
void check_grid(MPI_Comm comm, const Case& c, Diagnostics& diagnostics) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm, &ranks));
  const auto usable = [](std::int64_t n) { return n > 0; };
  if (c.grid.shape.empty() || c.grid.shape.size() > 3 || !std::ranges::all_of(c.grid.shape, usable))
    return;
  const Extents shape = three_extents(c.grid.shape);
  // More points than 64 bits count are the case reader's business; their product means nothing
  // here.
  const double product =
      static_cast<double>(shape[0]) * static_cast<double>(shape[1]) * static_cast<double>(shape[2]);
  if (product > 9e18) return;
  const std::int64_t unknowns =
      std::max(shape[0] * shape[1] * shape[2], count_parameters(c).trained);
  const std::string problem = too_many_unknowns(unknowns);
  if (!problem.empty()) return add(diagnostics, c, "grid.shape", problem);
  if (!choose_process_grid(shape, ranks, state_ghosts(c))) {
    add(diagnostics, c, "grid.shape",
        formatted("%d ranks are too many for this grid; the largest usable count is %d", ranks,
                  largest_usable_ranks(shape, ranks, state_ghosts(c))));
  } else if (c.run.sample_groups > 0 && ranks % c.run.sample_groups != 0) {
    add(diagnostics, c, "run.sample_groups",
        formatted("%lld groups cannot share %d ranks evenly",
                  static_cast<long long>(c.run.sample_groups), ranks));
  }
}

/// Whether there is work for every group.
void check_groups(const Session& session, const Case& c, std::int64_t samples) {
  const auto possible = possible_groups(c, session.ranks(), samples);
  if (c.run.sample_groups == 0 ||
      std::ranges::find(possible, c.run.sample_groups) != possible.end())
    return;
  const std::int64_t each = samples_per_leaf(c, samples);
  Diagnostics diagnostics;
  add(diagnostics, c, "run.sample_groups",
      formatted("%lld samples%s are too few for %lld groups; use %d or less",
                static_cast<long long>(samples),
                each > 1 ? formatted(", %lld together", static_cast<long long>(each)).c_str() : "",
                static_cast<long long>(c.run.sample_groups), possible.back()));
  diagnostics.throw_if_any();
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

constexpr double infinity = std::numeric_limits<double>::infinity();
/// Layers computed for each layer of a gradient beyond which nobody would wait for it.
constexpr double longest_repetition = 100;

} // namespace

void clear_away_leftovers(const Session& session, const std::string& output) {
  together<SystemError>(session.comm(), "", [&] {
    if (session.rank() == 0) clear_leftovers(output);
  });
}

Case load_case(const Session& session, const Arguments& arguments) {
  Diagnostics diagnostics;
  Case c = read_case(session.comm(), arguments.case_file, arguments.overrides, diagnostics);
  check_command(c, arguments.command, diagnostics);
  if (!arguments.output.empty()) {
    c.output.file = arguments.output;
    c.positions["output.file"] = {"--output", 0, 0};
  }
  check_grid(session.comm(), c, diagnostics);
  check_case_files(session.comm(), c, diagnostics);
  if (!c.output.file.empty() && arguments.command != Command::describe)
    check_output(session.comm(), c, diagnostics);
  check_scratch_folder(session.comm(), c, arguments.command, diagnostics);
  diagnostics.throw_if_any();
  const Log log(session.rank(), arguments.verbosity);
  for (const std::string& warning : diagnostics.warnings()) log.warning(warning);
  return c;
}

MemoryPlan plan_memory(MPI_Comm comm, const Case& c, std::int64_t samples, Workload workload) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm, &ranks));
  double free = node_memory(comm).per_rank();
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &free, 1, MPI_DOUBLE, MPI_MIN, comm));
  return plan_memory(c, samples, workload, ranks, free);
}

MemoryPlan plan_memory(const Case& c, std::int64_t samples, Workload workload, int ranks,
                       double free) {
  const Extents shape = three_extents(c.grid.shape);
  const Extents box = largest_box(shape, *choose_process_grid(shape, ranks, state_ghosts(c)));
  MemoryPlan memory;
  memory.free = free;
  constexpr double share = 0.9; // an automatic choice leaves some to others
  const auto plan = [&](int groups) {
    const Boxes boxes(box, box_in_group(c, ranks, groups));
    memory.states = plan_states(c, boxes, samples, workload, share * memory.free, groups);
    memory.estimate = estimate_memory(c, boxes, samples, true, workload, memory.states);
    memory.state_bytes = state_bytes(c, boxes.swept) * static_cast<double>(memory.states.samples);
    return memory.states.keep_all && memory.estimate.total() <= share * memory.free;
  };
  const auto preferred = workload == Workload::forward || workload == Workload::attractor
                             ? std::vector{1}
                             : preferred_groups(c, ranks, samples);
  if (std::ranges::none_of(preferred, plan))
    plan(std::ranges::min(preferred)); // what needs the least
  memory.disk = static_cast<double>(memory.states.states_on_disk()) * memory.state_bytes;
  memory.disk_in_all = memory.disk * ranks; // or a little less: boxes differ by a point
  return memory;
}

MemoryPlan check_memory(MPI_Comm comm, const Case& c, std::int64_t samples, Workload workload) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm, &ranks));
  Diagnostics diagnostics;
  MemoryPlan memory = plan_memory(comm, c, samples, workload);
  const StatePlan& plan = memory.states;
  const double needed = memory.estimate.total();
  const bool goes_back = workload == Workload::gradient || workload == Workload::train;
  const double held = plan.room(c.network.layers) * memory.state_bytes;
  const bool limited = goes_back && c.run.memory > 0 && !c.network.attractor;
  if (limited && held > c.run.memory)
    add(diagnostics, c, "run.memory",
        formatted("%s is too little: %lld states, the fewest that do, take %s",
                  bytes_text(c.run.memory).c_str(),
                  static_cast<long long>(plan.states(c.network.layers)), bytes_text(held).c_str()));
  else if (needed > memory.free)
    add(diagnostics, c, limited ? "run.memory" : "grid.shape",
        formatted("this case needs %s on each rank of a node that has %s free for it; use %s; ",
                  bytes_text(needed).c_str(), bytes_text(memory.free).c_str(),
                  limited ? "less for states, more nodes or fewer ranks on each"
                          : "more nodes, fewer ranks on each or a smaller grid") +
            fitting_ranks_text(c, samples, workload, ranks, memory.free));
  else if (goes_back && plan.repetition() > longest_repetition)
    add(diagnostics, c, "network.layers",
        formatted("only %lld of their states fit the memory; computing the others again would "
                  "take more than %g times as long; use more nodes or fewer layers",
                  static_cast<long long>(plan.states(c.network.layers)), longest_repetition));
  diagnostics.throw_if_any();
  return memory;
}

void check_scratch(MPI_Comm comm, const Case& c, const MemoryPlan& memory) {
  if (memory.disk == 0) return;
  const double free = free_disk(c.run.scratch) / node_memory(comm).ranks;
  double least = free > 0 ? free : infinity;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &least, 1, MPI_DOUBLE, MPI_MIN, comm));
  Diagnostics diagnostics;
  if (memory.disk > least)
    add(diagnostics, c, "run.scratch",
        formatted("the states need %s on disk for each rank of a node that has %s free for it in "
                  "%s; allow more memory (run.memory), or use another folder",
                  bytes_text(memory.disk).c_str(), bytes_text(least).c_str(),
                  c.run.scratch.c_str()));
  diagnostics.throw_if_any();
}

Coefficients start_coefficients(const Job& job, const Grid& grid, std::vector<DataRead>& read) {
  Coefficients coefficients = initial_coefficients(grid, job.c, &read);
  if (!job.c.network.attractor && job.arguments.command != Command::attractor) return coefficients;
  const Range omega = range_of(grid, coefficients[Parameter::relaxation], 0);
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

namespace {

/// How a convolution is computed, where the case leaves it to us: the quicker way. Collective.
void settle_convolution(const Session& session, const Log& log, std::int64_t samples, Case& c) {
  if (!may_choose_convolution(c)) return;
  Case by_fft = c;
  by_fft.run.convolution = Convolution::fft;
  const MemoryPlan memory = plan_memory(session.comm(), by_fft, samples, Workload::forward);
  if (memory.estimate.total() > memory.free) return; // whoever needs it says so
  const Grid grid(session.comm(), c.grid, kernel_radius(c.kernel));
  const auto costs = measure_convolution(grid, c, initial_coefficients(grid, c));
  const bool fft = costs.fft < costs.stencil;
  c.convolution = fft ? Convolution::fft : Convolution::stencil;
  log.line(
      formatted("kernel by %s: %.3g ms for a product and its transpose, %.3g ms by %s",
                fft ? "Fourier transforms" : "sweeps", 1e3 * std::min(costs.fft, costs.stencil),
                1e3 * std::max(costs.fft, costs.stencil), fft ? "sweeps" : "Fourier transforms"));
}

/// How many layers share an exchange of ghosts.
void settle_exchange(const Session& session, Command command, std::int64_t samples, Case& c) {
  if (command == Command::attractor) return;
  const int groups =
      command == Command::forward ? 1 : preferred_groups(c, session.ranks(), samples).front();
  const std::int64_t wish = std::min(c.run.layers_per_exchange, c.network.layers);
  const std::int64_t most = most_layers_per_exchange(c, session.ranks(), groups);
  Diagnostics diagnostics;
  if (may_share_exchanges(c, session.ranks(), groups) && wish > most)
    add(diagnostics, c, "run.layers_per_exchange",
        formatted("%lld layers need ghosts %d points wide, more than each of %d ranks has of every "
                  "axis that is cut; use %lld%s",
                  static_cast<long long>(wish), deep_ghosts(wish), session.ranks(),
                  static_cast<long long>(most), most > 1 ? " or less" : ""));
  diagnostics.throw_if_any();
  c.layers_per_exchange = choose_layers_per_exchange(c, session.ranks(), groups);
}

} // namespace

void run_command(const Session& session, const Arguments& arguments) {
  const Log log(session.rank(), arguments.verbosity);
  if (arguments.command == Command::interpret) return run_interpret(session, arguments, log);
  Case c = load_case(session, arguments);
  const std::int64_t samples = count_samples(session, c);
  check_groups(session, c, samples);
  settle_convolution(session, log, samples, c);
  settle_exchange(session, arguments.command, samples, c);
  if (arguments.command == Command::describe)
    return run_describe({session, arguments, log, std::move(c), samples, {}, Run::start()});

  Run run = Run::start();
  const OutputLock lock(session.comm(), c.output.file, run.description());
  if (!lock.held()) log.warning(lock.warning());
  if (is_finished(session, arguments, c, log)) return;
  auto restart = choose_restart(session, arguments, c, log);
  if (restart) {
    run.parent_id = restart->run_id;
    run.first_id = restart->first_run_id;
  }
  if (lock.held()) clear_away_leftovers(session, c.output.file);
  const Job job{session, arguments, log, std::move(c), samples, std::move(restart), std::move(run)};
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
