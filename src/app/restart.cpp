#include "restart.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/input/case_differences.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/input/stored_array.hpp"
#include "nadir/output/checkpoint_files.hpp"
#include "nadir/output/result_file.hpp"
#include "nadir/output/seal.hpp"
#include "nadir/training/initial_values.hpp"

#include <algorithm>

namespace nadir::app {
namespace {

/// The newest numbered checkpoint that is whole.
std::optional<std::string> newest_whole(const Session& session, const Case& c, const Log& log) {
  for (const auto& file : list_checkpoints(session.comm(), c.output.file)) {
    const std::string problem = seal_problem(session.comm(), file.path);
    if (problem.empty()) return file.path;
    log.warning(file.path + " " + problem + "; trying the one before");
  }
  const std::string best = best_checkpoint_path(c.output.file);
  if (seal_problem(session.comm(), best).empty()) return best;
  log.line("no checkpoint of " + c.output.file + " to go on from: starting from the beginning");
  return std::nullopt;
}

std::string provenance(const Session& session, const std::string& path, const char* name) {
  std::string text;
  if (session.rank() == 0) text = provenance_of(path, name).value_or("");
  return broadcast_text(session.comm(), text);
}

void refuse_another_case(const Session& session, const Arguments& arguments, const Case& c,
                         const std::string& path) {
  const std::string command = provenance(session, path, ResultFile::command);
  if (command != arguments.command_name)
    throw InputError(path + ": is no checkpoint of `nadir " + arguments.command_name + "`" +
                     (command.empty() ? "" : " but of `nadir " + command + "`"));
  auto differences =
      case_differences(provenance(session, path, ResultFile::resolved_case), resolved_text(c));
  if (differences.empty()) return;
  for (auto& difference : differences) difference = path + ": " + difference;
  differences.push_back(path + ": cannot go on with another case; run without --restart, or with "
                               "another --output");
  throw InputError(differences);
}

/// A number of the checkpoint, on all ranks.
double stored_number(const Grid& grid, const std::string& path, const std::string& group,
                     const std::string& name) {
  double value = 0;
  together<InputError>(grid.comm(), path + ": ", [&] {
    if (grid.rank() != 0) return;
    const hdf5::File file = hdf5::open_file(MPI_COMM_SELF, path);
    const auto found = hdf5::number_attribute(file, group, name.c_str());
    if (!found) throw std::runtime_error("has no attribute " + name + " of " + group);
    value = *found;
  });
  check_mpi(MPI_Bcast(&value, 1, MPI_DOUBLE, 0, grid.comm()));
  return value;
}

bool has(const Grid& grid, const std::string& path, const std::string& object) {
  int found = 0;
  together<InputError>(grid.comm(), path + ": ", [&] {
    if (grid.rank() == 0)
      found = hdf5::exists(hdf5::open_file(MPI_COMM_SELF, path), object) ? 1 : 0;
  });
  check_mpi(MPI_Bcast(&found, 1, MPI_INT, 0, grid.comm()));
  return found != 0;
}

/// A control vector from the datasets GROUP/NAME of its parameters.
void read_control(const Job& job, const Grid& grid, const ControlSpace& space,
                  const std::string& group, Vec v) {
  Case from = job.c;
  for (const auto p : all_parameters) {
    ParameterCase& spec = case_of(from, p);
    if (!spec.train) continue;
    spec.init_file = DatasetCase{job.restart->path, group + "/" + std::string(name_of(p))};
    spec.bounds.reset(); // steps and gradients have none
  }
  space.from_coefficients(initial_coefficients(grid, from), v);
}

std::vector<Iteration> read_history(const Grid& grid, const std::string& path) {
  if (!has(grid, path, "/history/iteration")) return {};
  const auto column = [&](const std::string& name) {
    return StoredArray(grid.comm(), {path, "/history/" + name}).read_all();
  };
  const auto number = column("iteration"), misfit = column("misfit"), penalty = column("penalty"),
             norm = column("gradient_norm"), step = column("step_length"),
             evaluations = column("evaluations"), seconds = column("seconds");
  std::vector<Iteration> history;
  for (std::size_t i = 0; i < number.size(); ++i) {
    history.push_back({static_cast<std::int64_t>(number[i]),
                       {misfit[i], penalty[i]},
                       norm[i],
                       step[i],
                       static_cast<std::int64_t>(evaluations[i]),
                       seconds[i]});
  }
  return history;
}

/// Fills what the optimiser remembers: numbers first, since they tell which vectors there are.
void read_memory(const Job& job, const Grid& grid, const ControlSpace& space,
                 Optimizer& optimizer) {
  const std::string& path = job.restart->path;
  for (int pass = 0; pass < 2; ++pass) {
    for (const auto& [name, value] : optimizer.memory().numbers)
      *value = stored_number(grid, path, "/optimizer", name);
  }
  for (const auto& [name, v] : optimizer.memory().vectors)
    read_control(job, grid, space, "/optimizer/" + name, v);
}

} // namespace

bool is_finished(const Session& session, const Arguments& arguments, const Case& c,
                 const Log& log) {
  if (!arguments.restart || !arguments.restart_file.empty()) return false;
  int finished = session.rank() == 0 &&
                 origin_of(c.output.file) == origin(arguments.command_name, resolved_text(c));
  check_mpi(MPI_Bcast(&finished, 1, MPI_INT, 0, session.comm()));
  if (finished) log.line("finished: " + c.output.file + " is the result of this case");
  return finished != 0;
}

std::optional<RestartPoint> choose_restart(const Session& session, const Arguments& arguments,
                                           const Case& c, const Log& log) {
  if (!arguments.restart) return std::nullopt;
  std::optional<std::string> path;
  if (arguments.restart_file.empty()) {
    path = newest_whole(session, c, log);
    if (!path) return std::nullopt;
  } else {
    path = arguments.restart_file;
    const std::string problem = seal_problem(session.comm(), *path);
    if (!problem.empty()) throw InputError("--restart=" + *path + ": " + problem);
  }
  refuse_another_case(session, arguments, c, *path);
  log.line("going on from " + *path);
  return RestartPoint{*path, provenance(session, *path, "run_id"),
                      provenance(session, *path, ResultFile::first_run_id)};
}

void mention_checkpoints(const Job& job) {
  if (job.arguments.restart) return;
  const auto files = list_checkpoints(job.session.comm(), job.c.output.file);
  if (!files.empty())
    job.log.line("starting from the beginning; --restart would go on from " + files.front().path);
}

void resume_training(const Job& job, const Grid& grid, const ControlSpace& space,
                     Optimizer& optimizer, Vec x) {
  const std::string& path = job.restart->path;
  TrainingProgress progress;
  progress.iteration = static_cast<std::int64_t>(stored_number(grid, path, "/", "iteration"));
  progress.history = read_history(grid, path);
  read_control(job, grid, space, "/parameters", x);
  if (!optimizer.has_memory()) {
    job.log.line(job.c.training.optimizer + " goes on from the parameters; what it had learned of "
                                            "the curvature is not kept");
  } else if (has(grid, path, "/optimizer")) {
    read_memory(job, grid, space, optimizer);
  } else {
    job.log.line("the checkpoint has parameters only: the optimiser starts anew from them");
  }
  *optimizer.memory().iteration = static_cast<double>(progress.iteration);
  VecHandle best = space.create();
  if (has(grid, path, "/best"))
    read_control(job, grid, space, "/best", best);
  else
    check_petsc(VecCopy(x, best));
  optimizer.resume(std::move(progress), best);
}

std::int64_t resume_forward(const Result& result, StatePass& pass, const StatePass::Store& store) {
  const Grid& grid = result.grid;
  const std::string& path = result.job.restart->path;
  const auto layer = static_cast<std::int64_t>(stored_number(grid, path, "/", "layer_reached"));
  const Box& box = grid.owned();
  const auto slab_at = [&](std::initializer_list<std::int64_t> at) {
    hdf5::Slab slab;
    slab.start.assign(at.begin(), at.end());
    slab.count.assign(at.size(), 1);
    for (const auto start : box.starts()) slab.start.push_back(static_cast<hsize_t>(start));
    for (const auto count : box.counts()) slab.count.push_back(static_cast<hsize_t>(count));
    return slab;
  };
  const auto points = static_cast<std::size_t>(result.observations.points);
  const std::int64_t samples = result.observations.samples;
  const StoredArray current(grid.comm(), {path, "/current"});
  std::vector<double> states(points * static_cast<std::size_t>(samples));
  for (std::int64_t s = 0; s < samples; ++s)
    current.read(slab_at({s}),
                 std::span(states).subspan(static_cast<std::size_t>(s) * points, points));

  const auto& layers = result.job.c.output.layers;
  const auto stored = std::ranges::upper_bound(layers, layer) - layers.begin();
  if (stored > 0) {
    const StoredArray state(grid.comm(), {path, "/state"});
    std::vector<double> packed(points);
    for (std::int64_t s = 0; s < samples; ++s) {
      for (std::int64_t k = 0; k < stored; ++k) {
        state.read(slab_at({s, k}), packed);
        store(s, k, packed.data());
      }
    }
  }
  StatePass::Sums sums{stored_number(grid, path, "/", "misfit_so_far"),
                       stored_number(grid, path, "/", "withheld_so_far"),
                       stored_number(grid, path, "/", "persistence_so_far"),
                       {}};
  if (!result.observations.targets.empty())
    sums.distances = StoredArray(grid.comm(), {path, "/loss_by_layer"}).read_all();
  pass.resume(std::move(states), sums);
  return layer;
}

} // namespace nadir::app
