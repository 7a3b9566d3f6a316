#pragma once

#include "commands.hpp"
#include "result_writer.hpp"

namespace nadir::app {

/// Whether --restart has nothing left to do: the result of this very case and command is there,
/// whole. Says so. Throws InputError, the same on all ranks, where the data have changed since.
/// Collective.
bool is_finished(const Session& session, const Arguments& arguments, const Case& c, const Log& log);

/// The checkpoint that --restart means: the given file, or the newest that is whole, saying which
/// ones are not. Nothing without --restart, or where there is none. Throws InputError, the same on
/// all ranks, for a file that is not whole or belongs to another case or command. Collective.
std::optional<RestartPoint> choose_restart(const Session& session, const Arguments& arguments,
                                           const Case& c, const Log& log);

/// Throws InputError, naming every dataset whose contents are not those the checkpoint of a restart
/// was made with.
void refuse_other_data(const Job& job, const std::vector<DataRead>& read);

/// Says so when a run begins anew that could go on: --restart may have been forgotten. Collective.
void mention_checkpoints(const Job& job);

/// Sets x to the checkpoint's parameters, and lets the trainer go on from all it carried.
/// Collective. Throws InputError for what cannot be read, or cannot be right.
void resume_training(const Job& job, const Grid& grid, const ControlSpace& space, Trainer& trainer,
                     Vec x);

/// Hands the stored states so far to `store`, the rest to `scan`. Returns the layer that was
/// reached. Collective. Throws InputError for what cannot be read, or cannot be right.
std::int64_t resume_forward(const Result& result, StateScan& scan, const StateScan::Store& store);

} // namespace nadir::app
