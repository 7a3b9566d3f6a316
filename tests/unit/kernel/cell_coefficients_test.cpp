#include "nadir/kernel/cell_coefficients.hpp"

#include "nadir/base/hashed_random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace nadir {
namespace {

constexpr std::int64_t points = 11, ghosts = 2;

/// b is a field on a line between two mirrors, omega a number.
struct Line {
  Line() {
    for (std::size_t i = ghosts; i < ghosts + points; ++i) field[i] = hashed_number(1, i);
    theta.resize(0);
    coefficients.b.field = field.data() + ghosts;
    coefficients.omega.number = 0.5;
    theta.set_coefficients(coefficients);
    gradient.b.field = bar.data() + ghosts;
    gradient.omega.sum = &sum;
    theta.set_gradient(gradient);
  }

  std::array<double, points + 2 * ghosts> field{}, bar{};
  ReproducibleSum sum;
  LayerCoefficients coefficients;
  LayerGradient gradient;
  GridBasis basis = grid_basis(Basis::hat, 3, 1, {1, 1, 1});
  CellGrid cells{basis, {1, 1, points}, {{{true, true}, {true, true}, {true, true}}}};
  CellCoefficients theta{basis, cells};
};

TEST(CellCoefficients, AreLinearBetweenPoints) {
  Line line;
  line.cells.for_cells([&](const CellGrid::Cells& at) {
    line.theta.contract(at, {0, 0, 1.0});
    for (int q = 0; q < 3; ++q) {
      line.theta.contract_x(at, q);
      const double place = line.basis[2].place[static_cast<std::size_t>(q)];
      for (std::int64_t x = 0; x < at.count; ++x) {
        const auto point = [&](std::int64_t i) {
          return line.field[static_cast<std::size_t>(ghosts + line.cells.coefficient_point(2, i))];
        };
        const std::int64_t cell = at.first + x;
        EXPECT_NEAR(line.theta.row(line.theta.b())[x],
                    (1 - place) * point(cell) + place * point(cell + 1), 1e-15);
        EXPECT_EQ(line.theta.row(line.theta.omega())[x], 0.5);
      }
    }
  });
}

/// <values at nodes, r> = <field, what spread makes of r>; of a number the sum of r.
TEST(CellCoefficients, SpreadIsTheTransposeOfContract) {
  Line line;
  double at_nodes = 0, all = 0;
  line.cells.for_cells([&](const CellGrid::Cells& at) {
    line.theta.contract(at, {0, 0, 1.0});
    line.theta.clear_bars();
    for (int q = 0; q < 3; ++q) {
      line.theta.contract_x(at, q);
      CellRows::Buffer r{};
      for (std::int64_t x = 0; x < at.count; ++x) {
        const auto i = static_cast<std::size_t>(x);
        r[i] = hashed_number(7, static_cast<std::uint64_t>(100 * q + x));
        at_nodes += line.theta.row(line.theta.b())[x] * r[i];
        all += r[i];
      }
      line.theta.add_bar(at, q, line.theta.b(), r.data());
      line.theta.add_bar(at, q, line.theta.omega(), r.data());
    }
    line.theta.spread(at, {0, 0, 1.0});
  });
  double at_points = 0;
  for (std::size_t i = 0; i < line.field.size(); ++i) at_points += line.field[i] * line.bar[i];
  EXPECT_NEAR(at_nodes, at_points, 1e-13);
  EXPECT_NEAR(line.sum.value(), all, 1e-13);
}

TEST(CellCoefficients, WhatMattersIsTold) {
  Line line;
  EXPECT_TRUE(line.theta.wanted(line.theta.b()));
  EXPECT_TRUE(line.theta.used(line.theta.omega()));
  line.theta.set_gradient({});
  line.coefficients.omega.number = 0;
  line.theta.set_coefficients(line.coefficients);
  EXPECT_FALSE(line.theta.wanted(line.theta.omega()));
  EXPECT_FALSE(line.theta.used(line.theta.omega()));
  EXPECT_TRUE(line.theta.used(line.theta.b()));
}

} // namespace
} // namespace nadir
