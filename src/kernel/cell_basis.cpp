#include "nadir/kernel/cell_basis.hpp"

#include <cmath>
#include <numbers>

namespace nadir {
namespace {

/// P_n(x) and its derivative.
std::array<double, 2> legendre(int n, double x) {
  double before = 1, value = x;
  for (int k = 2; k <= n; ++k) {
    const double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
    before = value;
    value = next;
  }
  return {value, n * (x * value - before) / (x * x - 1)};
}

/// Gauss-Legendre on [0, 1]: exactly as many nodes left of the middle as right of it.
void set_gauss_nodes(CellBasis& basis) {
  const int n = basis.nodes;
  for (int q = 0; q < n; ++q) {
    double x = 2 * q + 1 == n ? 0.0 : -std::cos(std::numbers::pi * (q + 0.75) / (n + 0.5));
    for (int k = 0; k < 10 && x != 0; ++k) {
      const auto [value, slope] = legendre(n, x);
      x -= value / slope;
    }
    const double slope = legendre(n, x)[1];
    basis.place[static_cast<std::size_t>(q)] = 0.5 + 0.5 * x;
    basis.weight[static_cast<std::size_t>(q)] = 1 / ((1 - x * x) * slope * slope);
  }
}

using NodeTaps = CellBasis::AtNode;

/// Derivatives of the two hats at place s.
std::array<NodeTaps, derivative_orders> hats_at(double s) {
  return {NodeTaps{1 - s, s}, NodeTaps{-1, 1}, {}};
}

/// Of the four cubic B-splines.
std::array<NodeTaps, derivative_orders> splines_at(double s) {
  const double r = 1 - s;
  return {NodeTaps{r * r * r / 6, ((3 * s - 6) * s * s + 4) / 6, ((3 * r - 6) * r * r + 4) / 6,
                   s * s * s / 6},
          NodeTaps{-r * r / 2, (3 * s - 4) * s / 2, -(3 * r - 4) * r / 2, s * s / 2},
          NodeTaps{r, 3 * s - 2, 3 * r - 2, s}};
}

} // namespace

double CellBasis::inside(int q, int side) const {
  const double from_middle = place[static_cast<std::size_t>(q)] - 0.5;
  if (from_middle == 0) return 0.5;
  return (from_middle > 0) == (side == 0) ? 1.0 : 0.0;
}

CellBasis cell_basis(Basis basis, int nodes, double spacing) {
  CellBasis cell;
  const bool hats = basis == Basis::hat;
  cell.taps = hats ? 2 : 4;
  cell.lowest = hats ? 0 : -1;
  cell.nodes = nodes;
  cell.at_point = hats ? 1.0 : 4.0 / 6.0;
  cell.at_neighbour = hats ? 0.0 : 1.0 / 6.0;
  set_gauss_nodes(cell);
  for (std::size_t q = 0; q < static_cast<std::size_t>(nodes); ++q) {
    const auto derivatives = hats ? hats_at(cell.place[q]) : splines_at(cell.place[q]);
    double unit = 1;
    for (std::size_t k = 0; k < derivative_orders; ++k) {
      for (std::size_t t = 0; t < most_taps; ++t) cell.value[k][q][t] = derivatives[k][t] / unit;
      unit *= spacing;
    }
  }
  return cell;
}

GridBasis grid_basis(Basis basis, int nodes, int dimension,
                     const std::array<double, max_dimension>& spacing) {
  CellBasis unused;
  unused.value[0][0][0] = unused.weight[0] = 1;
  GridBasis axes{unused, unused, unused};
  for (auto a = static_cast<std::size_t>(max_dimension - dimension); a < axes.size(); ++a)
    axes[a] = cell_basis(basis, nodes, spacing[a]);
  return axes;
}

int basis_reach(Basis basis) { return basis == Basis::delta ? 0 : basis == Basis::hat ? 1 : 3; }

} // namespace nadir
