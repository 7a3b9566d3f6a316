#pragma once

#include <mpi.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// The checkpoints beside a result NAME.h5: NAME.checkpoint-N.h5 after iteration (train) or layer
/// (forward) N, and NAME.checkpoint-best.h5. All of them belong to one run and those it goes on
/// from.
namespace nadir {

std::string checkpoint_path(const std::string& result, std::int64_t number);
std::string best_checkpoint_path(const std::string& result);

struct CheckpointFile {
  std::string path;
  std::int64_t number = 0;
};

/// The numbered ones that are there, highest number first; rank 0's view on all ranks. Collective.
std::vector<CheckpointFile> list_checkpoints(MPI_Comm comm, const std::string& result);

/// One rank calls the following.

/// Renames every checkpoint that is not `ours(path)` to NAME.checkpoint-N.k.h5, so that none of
/// another run is ever deleted or taken for one of this run. Throws SystemError.
void set_aside_checkpoints(const std::string& result,
                           const std::function<bool(const std::string&)>& ours);

/// Deletes our numbered checkpoints but the `keep` with the highest numbers. Throws SystemError.
void rotate_checkpoints(const std::string& result, std::int64_t keep,
                        const std::function<bool(const std::string&)>& ours);

/// Deletes NAME.checkpoint-best.h5 if it is ours. Throws SystemError.
void remove_best_checkpoint(const std::string& result,
                            const std::function<bool(const std::string&)>& ours);

/// Gives a checkpoint's file its second name NAME.checkpoint-best.h5 (a hard link where there are
/// any, else a copy), replacing the one before. Throws SystemError.
void name_best_checkpoint(const std::string& result, const std::string& path);

} // namespace nadir
