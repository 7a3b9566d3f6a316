#pragma once

#include "nadir/network/coefficients.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace nadir {

/// The sum of the gradients of leaves 0 .. n-1 (some samples each), in an order that does not
/// depend on who computes which: that of the binary tree whose node of height h holds the leaves
/// [i 2^h, (i+1) 2^h) below n. Not collective.
class PairwiseSum {
 public:
  struct Leaves {
    std::int64_t first = 0, last = 0; ///< the last one not included
  };
  struct Node : Leaves {
    std::unique_ptr<Coefficients> sum;
  };

  /// `grid` and `c` must outlive this.
  PairwiseSum(const Grid& grid, const Case& c, std::int64_t leaves)
      : grid_(grid), case_(c), leaves_(leaves) {}

  /// Forgets all nodes; their memory is kept.
  void clear();
  /// A node to be filled, next to the one before; its numbers are 0, its fields anything.
  Coefficients& add(const Leaves& leaves);
  /// Joins the nodes, all of them filled, as far as they can be: those of all leaves to one.
  void join();
  const std::vector<Node>& nodes() const { return nodes_; }

  /// The nodes that are left of some of the leaves.
  static std::vector<Leaves> joined(const Leaves& some, std::int64_t leaves);
  /// Nodes alive at a time where they come one by one, from the first to the last.
  static std::int64_t most_nodes(const Leaves& some, std::int64_t leaves);

 private:
  const Grid& grid_;
  const Case& case_;
  std::int64_t leaves_;
  std::vector<Node> nodes_;
  std::vector<std::unique_ptr<Coefficients>> spare_;
};

} // namespace nadir
