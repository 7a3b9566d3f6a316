#include "nadir/kernel/cell_grid.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

constexpr CellGrid::Mirrors open{}, both{{{true, true}, {true, true}, {true, true}}};

/// The length of the cells that are this rank's, by their nodes: that of its points.
TEST(CellGrid, WeightsOfOwnNodesAddUpToThePoints) {
  for (const auto kind : {Basis::hat, Basis::cubic_spline}) {
    const GridBasis basis = grid_basis(kind, 4, 2, {1, 1, 1});
    for (const auto& mirrored : {open, both}) {
      const CellGrid cells(basis, {1, 5, 7}, mirrored);
      for (const int axis : {1, 2}) {
        double length = 0;
        const auto reached = cells.reached(axis);
        for (std::int64_t cell = reached.first; cell <= reached.last; ++cell)
          for (int q = 0; cells.owns(axis, cell) && q < basis[1].nodes; ++q)
            length += cells.node_weight(axis, cell, q);
        EXPECT_NEAR(length, axis == 1 ? 5 : 7, 1e-14);
      }
    }
  }
}

TEST(CellGrid, EveryOwnCellComesInOneRow) {
  const GridBasis basis = grid_basis(Basis::cubic_spline, 3, 1, {1, 1, 1});
  const std::int64_t points = 3 * segment_points + 5;
  for (const auto& mirrored : {open, both}) {
    const CellGrid cells(basis, {1, 1, points}, mirrored);
    std::int64_t seen = 0, next = mirrored == both ? -1 : 0;
    cells.for_cells([&](const CellGrid::Cells& at) {
      const auto own = cells.own_cells(at);
      EXPECT_EQ(own.first, next);
      next = own.last + 1;
      seen += at.points;
      EXPECT_TRUE(at.own);
      EXPECT_LE(at.first, own.first);
      EXPECT_GE(at.first + at.count, own.last);
    });
    EXPECT_EQ(seen, points);
    EXPECT_EQ(next, points);
  }
}

TEST(CellGrid, CoefficientsBeyondAMirrorAreThoseBeforeIt) {
  const GridBasis basis = grid_basis(Basis::hat, 2, 1, {1, 1, 1});
  const CellGrid cells(basis, {1, 1, 6}, both), neighbours(basis, {1, 1, 6}, open);
  EXPECT_EQ(cells.coefficient_point(2, -1), 0);
  EXPECT_EQ(cells.coefficient_point(2, 6), 5);
  EXPECT_EQ(cells.coefficient_point(2, 3), 3);
  EXPECT_EQ(neighbours.coefficient_point(2, -1), -1);
  EXPECT_TRUE(cells.at_mirror(2, -1, 0));
  EXPECT_TRUE(cells.at_mirror(2, 5, 1));
  EXPECT_FALSE(neighbours.at_mirror(2, -1, 0));
}

} // namespace
} // namespace nadir
