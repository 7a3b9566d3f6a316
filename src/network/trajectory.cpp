#include "nadir/network/trajectory.hpp"

#include <algorithm>

namespace nadir {

KeepAll::KeepAll(const Layout& layout, std::int64_t layers)
    : stride_(layout.size()), data_(stride_ * static_cast<std::size_t>(layers + 1)) {}

KeepTwo::KeepTwo(const Layout& layout) : stride_(layout.size()), data_(2 * stride_) {}

KeepSome::KeepSome(const Layout& layout, const ReversalPlan& plan)
    : plan_(plan), stride_(layout.size()),
      data_(stride_ * static_cast<std::size_t>(plan.states())) {
  kept_.reserve(static_cast<std::size_t>(plan.kept));
}

double* KeepSome::place(std::int64_t layer) {
  auto slot = static_cast<std::size_t>(plan_.kept + layer % (plan_.block + 1));
  if (layer % plan_.block == 0) {
    const auto kept = std::ranges::lower_bound(kept_, layer / plan_.block);
    if (kept != kept_.end() && *kept == layer / plan_.block)
      slot = static_cast<std::size_t>(kept - kept_.begin());
  }
  return data_.data() + slot * stride_;
}

double* KeepSome::write(std::int64_t layer) {
  if (layer == 0) { // a new chain
    kept_.assign(1, 0);
    plan_way_to(plan_.blocks() - 1);
  }
  return place(layer);
}

/// Chooses what to keep from the last state kept on, when `block` comes next to be reversed.
void KeepSome::plan_way_to(std::int64_t block) {
  std::int64_t from = kept_.back();
  while (from < block && static_cast<std::int64_t>(kept_.size()) < plan_.kept) {
    const std::int64_t free = plan_.kept - static_cast<std::int64_t>(kept_.size());
    from += next_kept(block - from + 1, free + 1);
    kept_.push_back(from);
  }
  held_ = block;
}

std::int64_t KeepSome::resume(std::int64_t layer) {
  const std::int64_t block = block_of(layer);
  if (block == held_) return layer;
  while (kept_.back() > block) kept_.pop_back();
  const std::int64_t from = kept_.back();
  plan_way_to(block);
  return from * plan_.block;
}

} // namespace nadir
