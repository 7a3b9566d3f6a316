#include "nadir/training/pairwise_sum.hpp"

#include <utility>

namespace nadir {

void PairwiseSum::clear() {
  for (Node& node : nodes_) spare_.push_back(std::move(node.sum));
  nodes_.clear();
}

Coefficients& PairwiseSum::add(const Leaves& leaves) {
  if (spare_.empty())
    spare_.push_back(std::make_unique<Coefficients>(grid_, case_, Coefficients::Content::gradients,
                                                    layers_per_exchange_));
  nodes_.push_back({leaves, std::move(spare_.back())});
  spare_.pop_back();
  nodes_.back().sum->clear_sums();
  return *nodes_.back().sum;
}

void PairwiseSum::join() {
  std::vector<Node> separate;
  separate.swap(nodes_);
  for (Node& node : separate) {
    nodes_.push_back(std::move(node));
    while (nodes_.size() > 1 && are_siblings(nodes_[nodes_.size() - 2], nodes_.back(), leaves_)) {
      Node right = std::move(nodes_.back());
      nodes_.pop_back();
      Node& left = nodes_.back();
      left.last = right.last;
      left.sum->add(*right.sum);
      spare_.push_back(std::move(right.sum));
    }
  }
}

} // namespace nadir
