#pragma once

#include <cstdint>

namespace nadir {

/// How n layers are reversed with few states in memory: in blocks of `block` layers, the last one
/// first. Some states at the starts of blocks are kept; from the last one kept the layers up to
/// the end of a block are computed again, and all states of that block held while it is reversed.
struct ReversalPlan {
  std::int64_t layers = 0;
  std::int64_t block = 0;   ///< layers; block + 1 states are held beside those kept
  std::int64_t kept = 0;    ///< states, z_0 among them
  std::int64_t forward = 0; ///< layers computed in all, `layers` of them by the forward run

  std::int64_t states() const { return kept + block + 1; }
  std::int64_t blocks() const { return (layers + block - 1) / block; }
  /// Layers computed for each layer.
  double repetition() const { return static_cast<double>(forward) / static_cast<double>(layers); }
};

/// What is held of the states of a gradient.
struct StatePlan {
  std::int64_t samples = 1;   ///< that go together, at most
  int groups = 1;             ///< of ranks that share the samples
  ReversalPlan reversal = {}; ///< where some are computed again
  bool keep_all = true;

  /// States of one sample.
  std::int64_t states(std::int64_t layers) const {
    return keep_all ? layers + 1 : reversal.states();
  }
};

/// The plan for at most `states` >= 3 states that computes the fewest layers, or hardly more; where
/// even those cannot be counted, one of infinite repetition.
ReversalPlan plan_reversal(std::int64_t layers, std::int64_t states);

/// Fewest blocks computed beside those that are reversed, for `blocks` >= 1 with `kept` >= 1
/// states, of which one holds the start (A. Griewank, A. Walther, ACM Trans. Math. Softw. 26,
/// 2000).
std::int64_t blocks_advanced(std::int64_t blocks, std::int64_t kept);

/// Where, of `blocks` >= 2 with `kept` >= 2, the next state is to be kept.
std::int64_t next_kept(std::int64_t blocks, std::int64_t kept);

} // namespace nadir
