#pragma once

#include "nadir/kernel/cell_grid.hpp"
#include "nadir/kernel/coefficient_rows.hpp"
#include "nadir/kernel/row_sums.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace nadir {

/// The nodes (z, y, *) of a row of cells, and their weight along z and y.
struct NodeRow {
  int z, y;
  double weight;
};

/// Coefficients of a layer at the nodes of cells, interpolated multilinearly from the points around
/// them, and the transpose: derivatives at nodes to those at points. Slots are theta, then b and
/// omega. Not collective, allocates nothing after construction.
class CellCoefficients {
 public:
  /// `basis` and `cells` must outlive it.
  CellCoefficients(const GridBasis& basis, const CellGrid& cells) : basis_(basis), cells_(cells) {}
  void resize(std::size_t theta_count);

  std::size_t theta_count() const { return view_.size() - 2; }
  std::size_t b() const { return view_.size() - 2; }
  std::size_t omega() const { return view_.size() - 1; }
  std::span<const CoefficientView> views() const { return view_; }

  /// With their ghosts; views must stay valid.
  void set_coefficients(const LayerCoefficients& coefficients);
  void set_gradient(const LayerGradient& bar);
  /// Whether the derivative with respect to a coefficient is wanted, and whether it matters to
  /// values or derivatives.
  bool wanted(std::size_t slot) const { return bar_[slot].field || bar_[slot].sum; }
  bool used(std::size_t slot) const;

  /// Fields at the nodes' places along z and y; then, at nodes along x, everything's rows.
  void contract(const CellRow& at, const NodeRow& nodes);
  void contract_x(const CellRow& at, int node);
  const double* row(std::size_t slot) const { return at_node_[slot].data(); }

  /// The derivative by a coefficient, a row of nodes: to the sum of a number, over cells that are
  /// this rank's, or to the points a field was interpolated from, which `spread` brings home.
  void clear_bars();
  void add_bar(const CellGrid::Cells& at, int node, std::size_t slot, const double* row);
  void spread(const CellGrid::Cells& at, const NodeRow& nodes);

 private:
  using Buffer = CellRows::Buffer;

  const GridBasis& basis_;
  const CellGrid& cells_;
  RowSums sums_ = row_sums();
  std::vector<CoefficientView> view_;
  std::vector<CoefficientBar> bar_;
  std::vector<Buffer> at_points_, at_node_; ///< along x
  std::vector<Buffer> bar_points_;
};

} // namespace nadir
