#include "nadir/training/pairwise_sum.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace nadir {
namespace {

Case tree_case() {
  Case c = test::small_case({4}, {test::periodic});
  c.kernel["reaction"] = test::trained({0.0}, true, false);
  return c;
}

/// A number that does not add up exactly with the others.
double value_of(std::int64_t leaf) { return 1.0 / (3.0 + static_cast<double>(leaf * leaf)); }

/// The sum that the tree of leaves [first, last) of a power of two or less stands for.
double expected(std::int64_t first, std::int64_t size, std::int64_t leaves) {
  if (size == 1) return value_of(first);
  const std::int64_t half = size / 2;
  const double left = expected(first, half, leaves);
  return first + half < leaves ? left + expected(first + half, half, leaves) : left;
}

double& first_value(Coefficients& sum) {
  ParameterValues& R = sum["reaction"];
  return R.block(0)[R.layout().index(0, 0, 0)];
}

TEST(PairwiseSum, AddsInTheOrderOfTheTree) {
  const Case c = tree_case();
  const Grid grid(MPI_COMM_SELF, c.grid);
  for (std::int64_t n = 1; n <= 20; ++n) {
    PairwiseSum tree(grid, c, n);
    for (int again = 0; again < 2; ++again) {
      tree.clear();
      std::size_t most = 0;
      for (std::int64_t leaf = 0; leaf < n; ++leaf) {
        first_value(tree.add({leaf, leaf + 1})) = value_of(leaf);
        most = std::max(most, tree.nodes().size());
        tree.join();
      }
      ASSERT_EQ(tree.nodes().size(), 1U) << n;
      EXPECT_EQ(first_value(*tree.nodes()[0].sum), expected(0, 32, n)) << n;
      EXPECT_LE(static_cast<std::int64_t>(most), most_nodes_alive({0, n}, n)) << n;
    }
  }
}

TEST(PairwiseSum, IsTheSameHoweverTheLeavesAreDealtOut) {
  const Case c = tree_case();
  const Grid grid(MPI_COMM_SELF, c.grid);
  for (std::int64_t n = 2; n <= 13; ++n) {
    for (std::int64_t cut = 1; cut < n; ++cut) {
      PairwiseSum all(grid, c, n);
      for (const Leaves& part : {Leaves{0, cut}, Leaves{cut, n}}) {
        PairwiseSum some(grid, c, n);
        for (std::int64_t leaf = part.first; leaf < part.last; ++leaf) {
          first_value(some.add({leaf, leaf + 1})) = value_of(leaf);
          some.join();
        }
        const auto nodes = joined_leaves(part, n);
        ASSERT_EQ(nodes.size(), some.nodes().size());
        for (std::size_t k = 0; k < nodes.size(); ++k) {
          EXPECT_EQ(nodes[k].first, some.nodes()[k].first);
          EXPECT_EQ(nodes[k].last, some.nodes()[k].last);
          first_value(all.add(nodes[k])) = first_value(*some.nodes()[k].sum);
        }
      }
      all.join();
      ASSERT_EQ(all.nodes().size(), 1U) << n << ", " << cut;
      EXPECT_EQ(first_value(*all.nodes()[0].sum), expected(0, 16, n)) << n << ", " << cut;
    }
  }
}

} // namespace
} // namespace nadir
