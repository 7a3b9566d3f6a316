#pragma once

#include "arguments.hpp"

#include "nadir/base/session.hpp"
#include "nadir/data/data_checksum.hpp"
#include "nadir/input/case.hpp"
#include "nadir/network/coefficients.hpp"
#include "nadir/plan/plan.hpp"
#include "nadir/schema/diagnostics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The room `app`: the program. main, and a file for each command: numbered stories of what the
/// rooms below do.
///
/// Here live the command line, loading and planning of a case, checkpoints and restarts, results
/// and reports. No numerics: what computes is in a library that other programs link, too.
namespace nadir::app {

/// What tells one run from another.
struct Run {
  std::string id;         ///< 32 hexadecimal digits; rank 0's counts
  std::string start_time; ///< UTC, ISO 8601
  std::string parent_id;  ///< of the run this one goes on from; empty for a fresh one
  std::string first_id;   ///< of the first in that chain; the own id of a fresh one
  static Run start();
  /// "host h, process 123, since 2025-...": tells a user which run it is.
  std::string description() const;
};

/// A checkpoint to go on from.
struct RestartPoint {
  std::string path;
  std::string run_id, first_run_id;
  std::string data; ///< with which data it was made (data_text); older versions did not say
};

/// What every command works with.
struct Job {
  const Session& session;
  const Arguments& arguments;
  const Log& log;
  Case c;               ///< complete and checked
  std::int64_t samples; ///< of the input
  Workload workload;    ///< of the command
  Machine machine;
  Plan plan;
  std::optional<RestartPoint> restart;
  Run run;
};

/// Reads and checks the case, then runs the command. Collective; throws Error, the same on all
/// ranks.
void run_command(const Session& session, const Arguments& arguments);

void run_forward(const Job& job);
void run_gradient(const Job& job);
void run_train(const Job& job);
void run_describe(const Job& job);
void run_attractor(const Job& job);
void run_interpret(const Session& session, const Arguments& arguments, const Log& log);

/// The case of a command line with everything that can be known before data are read: keys, files,
/// ranks, output. Throws InputError with all that is wrong. Collective.
Case load_case(const Session& session, const Arguments& arguments);

/// A file that a command reads, and what asks for it: "data.input.file".
struct FileRead {
  std::string what, path;
};

/// Why a result cannot be written to `path`, in words, on all ranks; empty when it can: no room for
/// it there, somebody's data under that name, or a file that the command reads. Collective.
std::string output_problem(MPI_Comm comm, const std::string& path,
                           const std::vector<FileRead>& read);
/// The same for a case's output. Collective.
void check_output(MPI_Comm comm, const Case& c, Diagnostics& diagnostics);
/// Clears away what killed runs left. Collective.
void clear_away_leftovers(const Session& session, const std::string& output);

/// The coefficients a command begins with (initial_coefficients). Where it looks for attractors,
/// throws InputError for an omega that is 0 or changes sign. The datasets that were read are added
/// to `read`. Ghosts are as wide as so many layers between exchanges need. Collective.
Coefficients start_coefficients(const Job& job, const Grid& grid, std::vector<DataRead>& read,
                                std::int64_t layers_per_exchange);

/// Throws InputError naming words after `--` that nobody asked for; warns of options from
/// elsewhere. Call when everything that reads options is set up. Collective.
void refuse_unused_options(const Job& job);
void refuse_unused_options(const Session& session, const Log& log);

} // namespace nadir::app
