#include "nadir/kernel/node_convolution.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace nadir {
namespace {

using Node = NodeConvolution::Node;

constexpr std::array<double, max_dimension> spacing{1.0, 1.3, 0.8};

struct Setting {
  GridBasis basis;
  Box cells;
  int radius;
  NodeConvolution convolution;
  Setting(int dimension, Basis kind, int nodes, int r)
      : basis(grid_basis(kind, nodes, dimension, spacing)), cells{dimension,
                                                                  {0, dimension > 1 ? -1 : 0, -2},
                                                                  {1, dimension > 1 ? 3 : 1, 5}},
        radius(r), convolution(gaussian_profile(), r, basis, spacing, cells) {}

  template<class Use> void for_nodes(const Box& box, Use use) const {
    for (std::int64_t y = 0; y < box.count[1]; ++y)
      for (std::int64_t x = 0; x < box.count[2]; ++x)
        for (int qy = 0; qy < basis[1].nodes; ++qy)
          for (int qx = 0; qx < basis[2].nodes; ++qx)
            use(Node{0, qy, qx}, box.start[1] + y, box.start[2] + x);
  }
  double place(std::size_t axis, std::int64_t cell, int node) const {
    const auto& b = basis[axis];
    return spacing[axis] * (static_cast<double>(cell) + b.place[static_cast<std::size_t>(node)]);
  }
};

double value_at(const Node& node, std::int64_t y, std::int64_t x) {
  return std::sin(static_cast<double>(1 + node[1] + 3 * node[2] + 7 * y + 13 * x));
}

double sigma_at(const Node& node, std::int64_t y, std::int64_t x) {
  return 0.9 + 0.2 * value_at(node, 3 * y, x);
}

/// prod_a Delta_a / (sigma sqrt(2 pi)) exp(-r^2 / (2 sigma^2)) over the nodes around one.
double sum_around(const Setting& at, const Node& k, std::int64_t y, std::int64_t x, double sigma) {
  double sum = 0;
  at.for_nodes(at.convolution.reached(), [&](const Node& m, std::int64_t my, std::int64_t mx) {
    if (std::abs(my - y) > at.radius || std::abs(mx - x) > at.radius) return;
    double part = value_at(m, my, mx);
    for (std::size_t a = 1; a < 3; ++a) {
      if (at.basis[a].taps == 1) continue;
      const double r = at.place(a, a == 1 ? y : x, k[a]) - at.place(a, a == 1 ? my : mx, m[a]);
      part *= at.basis[a].weight[static_cast<std::size_t>(m[a])] * spacing[a] /
              (sigma * std::sqrt(2 * std::numbers::pi)) * std::exp(-r * r / (2 * sigma * sigma));
    }
    sum += part;
  });
  return sum;
}

/// `sigma` with a number, or one for every node.
template<class Use> void for_rows(Setting& at, bool numbers, Use use) {
  constexpr double number = 0.9;
  at.convolution.set_shape(numbers ? std::span(&number, 1) : std::span<const double>());
  const int n = static_cast<int>(at.cells.count[2]);
  at.for_nodes(at.cells, [&](const Node& node, std::int64_t y, std::int64_t x) {
    if (x != at.cells.start[2]) return;
    std::vector<double> sigma(static_cast<std::size_t>(n), number);
    for (int i = 0; !numbers && i < n; ++i)
      sigma[static_cast<std::size_t>(i)] = sigma_at(node, y, x + i);
    use(NodeConvolution::Nodes{node, 0, y, x, n}, sigma);
  });
}

void set_values(Setting& at) {
  at.for_nodes(at.convolution.reached(), [&](const Node& node, std::int64_t y, std::int64_t x) {
    *at.convolution.values(node, 0, y, x) = value_at(node, y, x);
  });
}

TEST(NodeConvolution, SumsAreThoseOfEveryNodeAroundIt) {
  for (const int dimension : {1, 2}) {
    for (const bool numbers : {true, false}) {
      Setting at(dimension, Basis::cubic_spline, 3, 2);
      set_values(at);
      for_rows(at, numbers, [&](const NodeConvolution::Nodes& nodes, const auto& sigma) {
        std::vector<double> S(sigma.size()), slope(sigma.size());
        at.convolution.sums(nodes, {sigma.data()}, S.data(), {slope.data()});
        for (std::size_t i = 0; i < sigma.size(); ++i) {
          const auto sum = [&](double s) {
            return sum_around(at, nodes.node, nodes.y, nodes.x + static_cast<std::int64_t>(i), s);
          };
          EXPECT_NEAR(S[i], sum(sigma[i]), 1e-14);
          constexpr double h = 1e-5;
          EXPECT_NEAR(slope[i], (sum(sigma[i] + h) - sum(sigma[i] - h)) / (2 * h), 1e-9);
        }
      });
    }
  }
}

/// S . g = u . u_bar
TEST(NodeConvolution, SpreadIsTheTransposeOfSums) {
  for (const int dimension : {1, 2}) {
    for (const bool numbers : {true, false}) {
      Setting at(dimension, Basis::hat, 2, 3);
      set_values(at);
      at.convolution.clear_values_bar();
      double there = 0, back = 0;
      for_rows(at, numbers, [&](const NodeConvolution::Nodes& nodes, const auto& sigma) {
        std::vector<double> S(sigma.size()), g(sigma.size());
        at.convolution.sums(nodes, {sigma.data()}, S.data(), {});
        for (std::size_t i = 0; i < g.size(); ++i) {
          g[i] = value_at(nodes.node, 5 * nodes.y, static_cast<std::int64_t>(i) + 40);
          there += S[i] * g[i];
        }
        at.convolution.scatter(nodes, {sigma.data()}, g.data());
      });
      at.for_nodes(at.convolution.reached(), [&](const Node& node, std::int64_t y, std::int64_t x) {
        back += value_at(node, y, x) * *at.convolution.values_bar(node, 0, y, x);
      });
      EXPECT_NEAR(there, back, 1e-13);
      EXPECT_GT(std::abs(there), 1e-3);
    }
  }
}

} // namespace
} // namespace nadir
