#include "nadir/network/kept_blocks.hpp"

#include <algorithm>

namespace nadir {

KeptBlocks::KeptBlocks(const RevolvePlan& plan) : plan_(plan) {
  kept_.reserve(static_cast<std::size_t>(plan.kept));
}

void KeptBlocks::start() {
  kept_.clear();
  if (plan_.kept > 0) kept_.push_back(0);
  plan_way_to(plan_.blocks() - 1);
}

/// Chooses what to keep from the last state kept on, when `block` comes next to be reversed.
void KeptBlocks::plan_way_to(std::int64_t block) {
  held_ = block;
  if (kept_.empty()) return; // one block alone
  std::int64_t from = kept_.back();
  while (from < block && static_cast<std::int64_t>(kept_.size()) < plan_.kept) {
    const std::int64_t free = plan_.kept - static_cast<std::int64_t>(kept_.size());
    from += next_kept(block - from + 1, free + 1);
    kept_.push_back(from);
  }
}

std::int64_t KeptBlocks::resume(std::int64_t layer) {
  const std::int64_t block = block_of(layer);
  if (block == held_) return layer;
  while (kept_.back() > block) kept_.pop_back();
  const std::int64_t from = kept_.back();
  plan_way_to(block);
  return from * plan_.block;
}

std::optional<std::size_t> KeptBlocks::place(std::int64_t layer) const {
  if (layer % plan_.block != 0) return std::nullopt;
  const auto found = std::ranges::lower_bound(kept_, layer / plan_.block);
  if (found == kept_.end() || *found != layer / plan_.block) return std::nullopt;
  return static_cast<std::size_t>(found - kept_.begin());
}

} // namespace nadir
