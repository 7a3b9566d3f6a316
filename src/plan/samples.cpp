#include "nadir/plan/samples.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace nadir {
namespace {

/// Appends a leaf and joins the last two nodes as long as they are siblings.
void append(std::vector<Leaves>& nodes, std::int64_t leaf, std::int64_t leaves) {
  nodes.push_back({leaf, leaf + 1});
  while (nodes.size() > 1 && are_siblings(nodes[nodes.size() - 2], nodes.back(), leaves)) {
    const std::int64_t last = nodes.back().last;
    nodes.pop_back();
    nodes.back().last = last;
  }
}

} // namespace

std::int64_t samples_per_leaf(std::int64_t samples, std::int64_t together) {
  constexpr std::int64_t most_leaves = 64;
  const std::int64_t passes = (samples + together - 1) / together;
  return together * ((passes + most_leaves - 1) / most_leaves);
}

Leaves leaves_of_group(int g, int groups, std::int64_t leaves) {
  return {g * leaves / groups, (g + 1) * leaves / groups};
}

bool are_siblings(const Leaves& left, const Leaves& right, std::int64_t leaves) {
  const std::int64_t half = left.last - left.first;
  return std::has_single_bit(static_cast<std::uint64_t>(half)) && left.first % (2 * half) == 0 &&
         right.last == std::min(left.last + half, leaves);
}

std::vector<Leaves> joined_leaves(const Leaves& some, std::int64_t leaves) {
  std::vector<Leaves> nodes;
  for (std::int64_t leaf = some.first; leaf < some.last; ++leaf) append(nodes, leaf, leaves);
  return nodes;
}

std::int64_t most_nodes_alive(const Leaves& some, std::int64_t leaves) {
  std::vector<Leaves> nodes;
  std::size_t most = 0;
  for (std::int64_t leaf = some.first; leaf < some.last; ++leaf) {
    most = std::max(most, nodes.size() + 1);
    append(nodes, leaf, leaves);
  }
  return static_cast<std::int64_t>(most);
}

} // namespace nadir
