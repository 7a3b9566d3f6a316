#include "restart.hpp"

#include "checkpoint_reader.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/input/case_reader.hpp"
#include "nadir/output/checkpoint_files.hpp"
#include "nadir/output/result_file.hpp"
#include "nadir/output/seal.hpp"
#include "nadir/schema/case_differences.hpp"
#include "nadir/training/initial_values.hpp"

namespace nadir::app {
namespace {

/// The newest numbered checkpoint that is whole.
std::optional<std::string> newest_whole(const Session& session, const Case& c, const Log& log) {
  for (const auto& file : list_checkpoints(session.comm(), c.output.file)) {
    const std::string problem = checkpoint_problem(session.comm(), file.path);
    if (problem.empty()) return file.path;
    log.warning(file.path + " " + problem + "; trying the one before");
  }
  const std::string best = best_checkpoint_path(c.output.file);
  if (checkpoint_problem(session.comm(), best).empty()) return best;
  log.line("no checkpoint of " + c.output.file + " to go on from: starting from the beginning");
  return std::nullopt;
}

std::string provenance(const Session& session, const std::string& path, const char* name) {
  std::string text;
  if (session.rank() == 0) text = provenance_of(path, name).value_or("");
  return broadcast_text(session.comm(), text);
}

/// Lists what is not as it was for the file at `path`, and what to do.
void refuse_differences(std::vector<std::string> differences, const std::string& path,
                        const std::string& advice) {
  if (differences.empty()) return;
  for (auto& difference : differences) difference = path + ": " + difference;
  differences.push_back(path + ": " + advice);
  throw InputError(differences);
}

/// Where the checkpoint tells what its data were, these are compared later, not the files' names.
void refuse_another_case(const Session& session, const Arguments& arguments, const Case& c,
                         const RestartPoint& point) {
  const std::string& path = point.path;
  const std::string command = provenance(session, path, ResultFile::command);
  if (command != arguments.command_name)
    throw InputError(path + ": is no checkpoint of `nadir " + arguments.command_name + "`" +
                     (command.empty() ? "" : " but of `nadir " + command + "`"));
  refuse_differences(
      case_differences(provenance(session, path, ResultFile::resolved_case), resolved_text(c),
                       point.data.empty() ? DataFiles::count : DataFiles::ignored),
      path, "cannot go on with another case; run without --restart, or with another --output");
}

/// The same for the result that stands there: command, case and files as far as they count.
bool is_result_of(const Origin& there, const std::string& command, const Case& c) {
  if (there.command != command) return false;
  const std::string here = resolved_text(c);
  return there.data.empty() ? there.resolved_case == here
                            : same_but_for_files(there.resolved_case, here);
}

/// What the case's datasets hold now. Collective.
std::vector<DataRead> read_all_data(const Session& session, const Case& c) {
  const Grid grid(session.comm(), c.grid, state_ghosts(c));
  std::vector<DataRead> read = load_observations(grid, c).read;
  initial_coefficients(grid, c, &read);
  return read;
}

} // namespace

bool is_finished(const Session& session, const Arguments& arguments, const Case& c,
                 const Log& log) {
  if (!arguments.restart || !arguments.restart_file.empty()) return false;
  const std::string& path = c.output.file;
  std::optional<Origin> there;
  if (session.rank() == 0) there = origin_of(path);
  int same = there && is_result_of(*there, arguments.command_name, c);
  check_mpi(MPI_Bcast(&same, 1, MPI_INT, 0, session.comm()));
  if (!same) return false;
  const std::string data = broadcast_text(session.comm(), there ? there->data : "");
  if (!data.empty()) { // results of older versions have no seal, either
    const std::string problem = seal_problem(session.comm(), path);
    if (!problem.empty()) {
      log.warning(path + " " + problem + "; computing it anew");
      return false;
    }
    refuse_differences(data_differences(data, read_all_data(session, c)), path,
                       "is the result of other data; run without --restart to begin anew");
  }
  log.line("finished: " + path + " is the result of this case");
  return true;
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
    if (is_result(session.comm(), *path))
      throw InputError("--restart=" + *path +
                       ": is the complete result of a run, from which nothing is left to go on; "
                       "--restart takes a checkpoint, NAME.checkpoint-N.h5");
    const std::string problem = checkpoint_problem(session.comm(), *path);
    if (!problem.empty()) throw InputError("--restart=" + *path + ": " + problem);
  }
  RestartPoint point{*path, provenance(session, *path, "run_id"),
                     provenance(session, *path, ResultFile::first_run_id),
                     provenance(session, *path, ResultFile::data)};
  if (point.first_run_id.empty()) point.first_run_id = point.run_id;
  refuse_another_case(session, arguments, c, point);
  log.line("going on from " + *path);
  if (point.data.empty())
    log.warning(*path + " is of an older version and does not tell what its data were: whether "
                        "they have changed is not checked");
  return point;
}

void refuse_other_data(const Job& job, const std::vector<DataRead>& read) {
  if (!job.restart) return;
  refuse_differences(data_differences(job.restart->data, read), job.restart->path,
                     "cannot go on with other data; run without --restart, or with another "
                     "--output");
}

void mention_checkpoints(const Job& job) {
  if (job.arguments.restart) return;
  const auto files = list_checkpoints(job.session.comm(), job.c.output.file);
  if (!files.empty())
    job.log.line("starting from the beginning; --restart would go on from " + files.front().path);
}

} // namespace nadir::app
