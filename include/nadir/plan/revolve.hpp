#pragma once

#include <cstdint>

namespace nadir {

/// Checkpointing of the adjoint (revolve): how n layers are reversed with few states in
/// memory, in blocks of `block` layers, the last one first. Some states at the starts of blocks are
/// kept; from the last one kept the layers up to the end of a block are computed again, and all
/// states of that block held while it is reversed.
struct RevolvePlan {
  std::int64_t layers = 0;
  std::int64_t block = 0;   ///< layers; block + 1 states are held beside those kept
  std::int64_t kept = 0;    ///< states, z_0 among them
  std::int64_t forward = 0; ///< layers computed in all, `layers` of them by the forward run

  std::int64_t states() const { return kept + block + 1; }
  std::int64_t blocks() const { return (layers + block - 1) / block; }
  /// Layers computed for each layer.
  double repetition() const { return static_cast<double>(forward) / static_cast<double>(layers); }
};

/// Everything is held, and nothing computed again: one block, of all layers.
inline RevolvePlan all_kept(std::int64_t layers) { return {layers, layers, 0, layers}; }

/// What is held of the states of a gradient, and how.
struct StatePlan {
  std::int64_t samples = 1;  ///< that go together, at most
  std::int64_t per_leaf = 1; ///< whose gradients are added to one leaf of the tree of sums
  int groups = 1;            ///< of ranks that share the samples
  RevolvePlan reversal = {}; ///< where not all are held in double precision
  bool keep_all = true;      ///< none is computed again
  bool single = false;       ///< the adjoint reads states rounded to single precision,
  std::int64_t exact = 0;    ///< but for so many that are compared with targets; they pass
  std::int64_t window = 0;   ///< through so many places in double precision
  bool on_disk = false;      ///< the states at the starts of blocks are kept on disk

  /// States of one sample in memory.
  std::int64_t states(std::int64_t layers) const {
    return keep_all ? layers + 1 : reversal.states() - states_on_disk();
  }
  std::int64_t states_on_disk() const { return on_disk ? reversal.kept : 0; }
  /// Layers computed for each layer.
  double repetition() const { return keep_all ? 1 : reversal.repetition(); }
  /// The room they take in memory, in states in double precision.
  double room(std::int64_t layers) const;
};

/// The plan for at most `states` >= 3 states that computes the fewest layers, or hardly more; where
/// even those cannot be counted, one of infinite repetition.
RevolvePlan plan_revolve(std::int64_t layers, std::int64_t states);

/// What holding states costs, in states in double precision.
struct StateCosts {
  double held = 1;   ///< each of the block that is reversed
  double kept = 1;   ///< each at the start of a block; 0 where they lie elsewhere
  double beside = 0; ///< whatever the plan is
};
/// The same for room of `states`, enough for a block of one layer and one state kept.
RevolvePlan plan_revolve(std::int64_t layers, double states, const StateCosts& costs);

/// Fewest blocks computed beside those that are reversed, for `blocks` >= 1 with `kept` >= 1
/// states, of which one holds the start (A. Griewank, A. Walther, ACM Trans. Math. Softw. 26,
/// 2000).
std::int64_t blocks_advanced(std::int64_t blocks, std::int64_t kept);

/// Where, of `blocks` >= 2 with `kept` >= 2, the next state is to be kept.
std::int64_t next_kept(std::int64_t blocks, std::int64_t kept);

} // namespace nadir
