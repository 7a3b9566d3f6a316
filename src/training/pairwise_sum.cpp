#include "nadir/training/pairwise_sum.hpp"

#include <algorithm>
#include <bit>

namespace nadir {
namespace {

using Leaves = PairwiseSum::Leaves;

/// Whether two neighbours are all of a node of the tree over `leaves` leaves.
bool are_siblings(const Leaves& left, const Leaves& right, std::int64_t leaves) {
  const std::int64_t half = left.last - left.first;
  return std::has_single_bit(static_cast<std::uint64_t>(half)) && left.first % (2 * half) == 0 &&
         right.last == std::min(left.last + half, leaves);
}

/// Appends a node and joins the last two as long as they are siblings: merge(left, right).
template<class Nodes, class Merge>
void append(Nodes& nodes, typename Nodes::value_type node, std::int64_t leaves, Merge merge) {
  nodes.push_back(std::move(node));
  while (nodes.size() > 1 && are_siblings(nodes[nodes.size() - 2], nodes.back(), leaves)) {
    auto right = std::move(nodes.back());
    nodes.pop_back();
    nodes.back().last = right.last;
    merge(nodes.back(), right);
  }
}

} // namespace

void PairwiseSum::clear() {
  for (Node& node : nodes_) spare_.push_back(std::move(node.sum));
  nodes_.clear();
}

Coefficients& PairwiseSum::add(const Leaves& leaves) {
  if (spare_.empty())
    spare_.push_back(
        std::make_unique<Coefficients>(grid_, case_, Coefficients::Content::gradients));
  nodes_.push_back({leaves, std::move(spare_.back())});
  spare_.pop_back();
  nodes_.back().sum->clear_sums();
  return *nodes_.back().sum;
}

void PairwiseSum::join() {
  std::vector<Node> separate;
  separate.swap(nodes_);
  for (Node& node : separate) {
    append(nodes_, std::move(node), leaves_, [this](Node& left, Node& right) {
      left.sum->add(*right.sum);
      spare_.push_back(std::move(right.sum));
    });
  }
}

std::vector<Leaves> PairwiseSum::joined(const Leaves& some, std::int64_t leaves) {
  std::vector<Leaves> nodes;
  for (std::int64_t leaf = some.first; leaf < some.last; ++leaf)
    append(nodes, {leaf, leaf + 1}, leaves, [](Leaves&, Leaves&) {});
  return nodes;
}

std::int64_t PairwiseSum::most_nodes(const Leaves& some, std::int64_t leaves) {
  std::vector<Leaves> nodes;
  std::size_t most = 0;
  for (std::int64_t leaf = some.first; leaf < some.last; ++leaf) {
    most = std::max(most, nodes.size() + 1);
    append(nodes, {leaf, leaf + 1}, leaves, [](Leaves&, Leaves&) {});
  }
  return static_cast<std::int64_t>(most);
}

} // namespace nadir
