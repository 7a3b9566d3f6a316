#pragma once

#include <cstdint>
#include <vector>

/// In which portions samples are worked on, and the order in which their gradients are added: that
/// of the binary tree whose node of height h holds the leaves [i 2^h, (i+1) 2^h) below n.
namespace nadir {

/// Leaves of the tree, some samples each.
struct Leaves {
  std::int64_t first = 0, last = 0; ///< the last one not included
};

/// Samples whose gradients are added to one leaf of the tree, for `samples` in all: the `together`
/// that are swept together, or more, so that there are no more than 64 leaves.
std::int64_t samples_per_leaf(std::int64_t samples, std::int64_t together);

/// The leaves that group g of `groups` takes.
Leaves leaves_of_group(int g, int groups, std::int64_t leaves);

/// Whether two neighbours are all of a node of the tree over `leaves` leaves.
bool are_siblings(const Leaves& left, const Leaves& right, std::int64_t leaves);
/// The nodes that are left of some of the leaves.
std::vector<Leaves> joined_leaves(const Leaves& some, std::int64_t leaves);
/// Nodes alive at a time where they come one by one, from the first to the last.
std::int64_t most_nodes_alive(const Leaves& some, std::int64_t leaves);

} // namespace nadir
