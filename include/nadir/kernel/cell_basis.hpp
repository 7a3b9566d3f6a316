#pragma once

#include "nadir/base/box.hpp"
#include "nadir/kernel/kernel_spec.hpp"

#include <array>

namespace nadir {

inline constexpr int most_taps = 4, most_nodes = 5;
/// Orders of derivatives the tables know.
inline constexpr std::size_t derivative_orders = 3;

/// The basis functions of one axis on the cell between points c and c + 1, at the cell's Gauss
/// nodes (theory, section 8). Tap t is the function of point c + lowest + t.
struct CellBasis {
  int taps = 1, nodes = 1, lowest = 0;
  using AtNode = std::array<double, most_taps>;
  /// value[k][q][t]: the k-th derivative of tap t at node q.
  std::array<std::array<AtNode, most_nodes>, derivative_orders> value{};
  std::array<double, most_nodes> weight{}; ///< of the nodes of a cell of length 1
  std::array<double, most_nodes> place{};  ///< 0 at point c, 1 at point c + 1
  double at_point = 1, at_neighbour = 0;   ///< a function at its own point and next to it

  /// The cells that the function of a point reaches.
  std::int64_t first_cell(std::int64_t point) const { return point - lowest - (taps - 1); }
  std::int64_t last_cell(std::int64_t point) const { return point - lowest; }

  /// The part of node q's weight that counts in the cell beyond the first point (side 0) or the
  /// last one (side 1), where a mirror stands half-way.
  double inside(int q, int side) const;
};

/// Of an axis with this spacing; `nodes` from 2 to most_nodes.
CellBasis cell_basis(Basis basis, int nodes, double spacing);

/// By axis, slowest first; unused axes have one point, one node and the function 1.
using GridBasis = std::array<CellBasis, max_dimension>;
GridBasis grid_basis(Basis basis, int nodes, int dimension,
                     const std::array<double, max_dimension>& spacing);

/// Points next to a point whose amplitudes its equation contains.
int basis_reach(Basis basis);

} // namespace nadir
