#pragma once

#include "nadir/plan/revolve.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace nadir {

/// Which blocks have their first state kept while a plan is carried out, and which one has all its
/// states held. Allocates nothing after construction.
class KeptBlocks {
 public:
  explicit KeptBlocks(const RevolvePlan& plan);

  /// A new chain: the last block will be held.
  void start();
  /// State `layer` comes next to be reversed: the last layer up to it whose state is there, from
  /// where the others of its block are to be computed again.
  std::int64_t resume(std::int64_t layer);

  /// The place of state `layer` among those kept, if it is one of them.
  std::optional<std::size_t> place(std::int64_t layer) const;
  /// The first layer of the block that `layer` ends or is inside of.
  std::int64_t first_of(std::int64_t layer) const { return block_of(layer) * plan_.block; }
  /// The first layer of the block that is held.
  std::int64_t first_held() const { return held_ * plan_.block; }

 private:
  std::int64_t block_of(std::int64_t layer) const { return (layer - 1) / plan_.block; }
  void plan_way_to(std::int64_t block);

  RevolvePlan plan_;
  std::vector<std::int64_t> kept_; ///< blocks, ascending; their first state is there, or will be
  std::int64_t held_ = 0;
};

} // namespace nadir
