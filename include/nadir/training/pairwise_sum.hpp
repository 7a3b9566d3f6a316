#pragma once

#include "nadir/network/coefficients.hpp"
#include "nadir/plan/samples.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace nadir {

/// The sum of the gradients of leaves 0 .. n-1 (some samples each), in an order that does not
/// depend on who computes which: that of the tree in plan/samples.hpp. Not collective.
class PairwiseSum {
 public:
  struct Node : Leaves {
    std::unique_ptr<Coefficients> sum;
  };

  /// `grid` and `c` must outlive this.
  PairwiseSum(const Grid& grid, const ModelSpec& c, std::int64_t leaves,
              std::int64_t layers_per_exchange = 1)
      : grid_(grid), case_(c), leaves_(leaves), layers_per_exchange_(layers_per_exchange) {}

  /// Forgets all nodes; their memory is kept.
  void clear();
  /// A node to be filled, next to the one before; its numbers are 0, its fields anything.
  Coefficients& add(const Leaves& leaves);
  /// Joins the nodes, all of them filled, as far as they can be: those of all leaves to one.
  void join();
  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  const Grid& grid_;
  const ModelSpec& case_;
  std::int64_t leaves_, layers_per_exchange_;
  std::vector<Node> nodes_;
  std::vector<std::unique_ptr<Coefficients>> spare_;
};

} // namespace nadir
