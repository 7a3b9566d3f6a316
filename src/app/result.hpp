#pragma once

#include "commands.hpp"

#include "nadir/network/network.hpp"
#include "nadir/output/result_file.hpp"
#include "nadir/training/objective.hpp"
#include "nadir/training/observations.hpp"
#include "nadir/training/state_error.hpp"
#include "nadir/training/trainer.hpp"

#include "nadir/base/traffic.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace nadir::app {

constexpr std::int64_t schema_version = 1; ///< of results and checkpoints

/// Errors at the withheld points of the last target, in the data's own units.
struct Scores {
  double withheld_rms = 0.0;
  double persistence_rms = 0.0;   ///< output = input
  double interpolation_rms = 0.0; ///< the increment interpolated without dynamics
};

/// Everything a result file holds; what a command has not got stays empty.
struct Result {
  const Job& job;
  const Grid& grid;
  const Observations& observations;
  Network& network;
  const Coefficients& coefficients;
  double penalty = 0.0;
  const Coefficients* gradient = nullptr;
  std::optional<StateError> state_error{}; ///< where states are rounded
  std::span<const Iteration> history{};
  const TrainingResult* ended = nullptr;                         ///< of a training that is over
  std::span<const double> forward_seconds{}, gradient_seconds{}; ///< with --repeat
  Traffic traffic{}; ///< of one gradient, the most of all ranks
};

/// What was found while the states were computed for the file.
struct Outcome {
  double misfit = 0.0, loss = 0.0;
  std::optional<Scores> scores;
  std::string kept; ///< name of the file that stood in the result's place, when that was kept
};

/// Takes every sample through the network once more, writes the result file of the contract and its
/// XDMF file beside it, and renames them when they are complete. Collective. Throws NumericsError
/// for a state that is not finite, SystemError for files; nothing is left behind then.
Outcome write_result(const Result& result);

/// The texts that tell where a result comes from, for /provenance.
void write_provenance(ResultFile& file, const Job& job, const std::vector<DataRead>& read);
/// The same where there is no case: `text` and `resolved` stand in its place.
void write_provenance(ResultFile& file, const Session& session, const Arguments& arguments,
                      const Run& run, const std::string& text, const std::string& resolved);

} // namespace nadir::app
