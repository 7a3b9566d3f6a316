#include "nadir/analysis/lattice.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using Places = std::array<std::int64_t, max_dimension>;

const Lattice open_and_closed{{3, 4}, {0.5, 2.0}, {0, 1}}; // y open, x closed

TEST(Lattice, AxesAreTheLastOfThree) {
  EXPECT_EQ(open_and_closed.points(), 12);
  EXPECT_EQ(open_and_closed.extents(), (Extents{1, 3, 4}));
  EXPECT_EQ(open_and_closed.place(7), (Places{0, 1, 3}));
  EXPECT_EQ(open_and_closed.spacing_of(0), 1.0);
  EXPECT_EQ(open_and_closed.spacing_of(1), 0.5);
  EXPECT_FALSE(open_and_closed.closes(0));
  EXPECT_FALSE(open_and_closed.closes(1));
  EXPECT_TRUE(open_and_closed.closes(2));
}

TEST(Lattice, TheShorterWayRoundAndHalfOfItBothWays) {
  const auto steps = [](int axis, std::int64_t from, std::int64_t to) {
    return steps_between(open_and_closed, axis, from, to);
  };
  EXPECT_EQ(steps(1, 0, 2).steps, 2);
  EXPECT_FALSE(steps(1, 0, 2).both_ways);
  EXPECT_EQ(steps(2, 0, 3).steps, -1);
  EXPECT_EQ(steps(2, 3, 0).steps, 1);
  for (const auto& [from, to] : {std::pair{0, 2}, {2, 0}}) {
    EXPECT_EQ(steps(2, from, to).steps, 2);
    EXPECT_TRUE(steps(2, from, to).both_ways);
  }
}

/// Every row i has its own weight, one at y + 1 where there is one, one at x - 1, and dust.
TEST(Lattice, RowsReachAsFarAsTheyMatter) {
  std::vector<double> weights(12 * 12, 0.0);
  for (std::int64_t i = 0; i < 12; ++i) {
    const auto at = open_and_closed.place(i);
    const auto weight = [&](std::int64_t y, std::int64_t x) -> double& {
      return weights[static_cast<std::size_t>(12 * i + 4 * y + x)];
    };
    weight(at[1], (at[2] + 2) % 4) = 1e-15;
    weight(at[1], at[2]) = 1;
    weight(at[1], (at[2] + 3) % 4) = -0.5;
    if (at[1] < 2) weight(at[1] + 1, at[2]) = 0.25;
  }
  EXPECT_EQ(reach_of({open_and_closed, weights}), (Places{0, 1, 1}));
  weights[2] = 1e-9; // of row 0, two steps along x
  EXPECT_EQ(reach_of({open_and_closed, weights}), (Places{0, 1, 2}));
  // The first row alone as a stencil of taps around tap 5, (1, 1).
  const KernelRows stencil{open_and_closed, std::span(weights).first(12), 5};
  EXPECT_EQ(stencil.rows(), 1);
  EXPECT_EQ(stencil.own_of(0), 5);
  EXPECT_EQ(reach_of(stencil), (Places{0, 1, 2}));
}

TEST(Lattice, PointsNearAnOpenEnd) {
  const auto flags = points_at_boundary(open_and_closed, {0, 1, 1});
  for (std::size_t i = 0; i < flags.size(); ++i) EXPECT_EQ(flags[i], i / 4 != 1) << i;
  for (const auto flag : points_at_boundary(open_and_closed, {0, 0, 3})) EXPECT_EQ(flag, 0);
}

} // namespace
} // namespace nadir
