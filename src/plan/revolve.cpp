#include "nadir/plan/revolve.hpp"

#include <algorithm>
#include <cmath>
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

double StatePlan::room(std::int64_t layers) const {
  if (!single) return static_cast<double>(states(layers));
  const auto kept = static_cast<double>(reversal.kept - states_on_disk());
  return kept + static_cast<double>(reversal.block + 1) / 2 + static_cast<double>(window + exact);
}

RevolvePlan plan_revolve(std::int64_t layers, std::int64_t states) {
  return plan_revolve(layers, static_cast<double>(states), {});
}

RevolvePlan plan_revolve(std::int64_t layers, double states, const StateCosts& costs) {
  RevolvePlan best{layers, 1, 1, largest};
  // Every size up to some hundred, then in steps of less than a percent.
  for (std::int64_t block = 1; block <= layers; block += 1 + block / 256) {
    const double left = states - costs.beside - costs.held * static_cast<double>(block + 1);
    if (left < costs.kept) break;
    RevolvePlan plan{layers, block, 0, 0};
    plan.kept = plan.blocks();
    if (costs.kept > 0 && left < costs.kept * static_cast<double>(plan.kept))
      plan.kept = static_cast<std::int64_t>(std::floor(left / costs.kept));
    const std::int64_t advanced = blocks_advanced(plan.blocks(), plan.kept);
    if (advanced > (largest - layers) / block) continue;
    // The last block may be short, but is never advanced over.
    plan.forward = advanced * block + layers;
    if (plan.forward < best.forward) best = plan;
  }
  return best;
}

} // namespace nadir
