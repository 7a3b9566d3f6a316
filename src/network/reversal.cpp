#include "nadir/network/reversal.hpp"

#include <algorithm>
#include <limits>

namespace nadir {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max() / 4;

/// beta(s, r) = (s + r)! / (s! r!), at most `largest`: blocks that s kept states reverse with each
/// computed at most r times beforehand.
std::int64_t beta(std::int64_t s, std::int64_t r) {
  if (r < 0 || s < 0) return 0;
  std::int64_t result = 1;
  const std::int64_t few = std::min(s, r), many = std::max(s, r);
  for (std::int64_t k = 1; k <= few; ++k) {
    if (result > largest / (many + k)) return largest;
    result = result * (many + k) / k;
  }
  return result;
}

/// The smallest r with beta(kept, r) >= blocks.
std::int64_t repetitions(std::int64_t blocks, std::int64_t kept) {
  std::int64_t r = 0;
  while (beta(kept, r) < blocks) ++r;
  return r;
}

} // namespace

std::int64_t blocks_advanced(std::int64_t blocks, std::int64_t kept) {
  if (kept == 1) { // from the start again and again
    return blocks > 3037000499 ? largest : blocks * (blocks - 1) / 2;
  }
  const std::int64_t r = repetitions(blocks, kept);
  return r * blocks - beta(kept + 1, r - 1);
}

std::int64_t next_kept(std::int64_t blocks, std::int64_t kept) {
  // Any position with beta(s, r-2) <= position <= beta(s, r-1) and
  // beta(s-1, r-1) <= rest <= beta(s-1, r) is as good.
  const std::int64_t r = repetitions(blocks, kept);
  const std::int64_t low = std::max(beta(kept, r - 2), blocks - beta(kept - 1, r));
  return std::clamp<std::int64_t>(low, 1, blocks - 1);
}

ReversalPlan plan_reversal(std::int64_t layers, std::int64_t states) {
  ReversalPlan best{layers, 1, states - 2, largest};
  // Every size up to some hundred, then in steps of less than a percent.
  const std::int64_t longest = std::min(layers, states - 2);
  for (std::int64_t block = 1; block <= longest; block += 1 + block / 256) {
    ReversalPlan plan{layers, block, states - 1 - block, 0};
    plan.kept = std::min(plan.kept, plan.blocks());
    const std::int64_t advanced = blocks_advanced(plan.blocks(), plan.kept);
    if (advanced > (largest - layers) / block) continue;
    // The last block may be short, but is never advanced over.
    plan.forward = advanced * block + layers;
    if (plan.forward < best.forward) best = plan;
  }
  return best;
}

} // namespace nadir
