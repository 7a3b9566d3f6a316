#pragma once

#include "nadir/base/box.hpp"
#include "nadir/kernel/cell_basis.hpp"
#include "nadir/kernel/radial.hpp"
#include "nadir/kernel/row_sums.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace nadir {

/// What a kernel that knows distances alone makes of values u at Gauss nodes, the inner quadrature
/// of (24) (theory, section 8):
///
///     S_k = sum_m p_m phi(|x_k - x_m|^2; shape_k) u_m
///
/// over all nodes m of the cells up to `radius` cells away from that of k along every axis, p_m
/// their part of a cell, whose volume is in phi. Where the shape is the same everywhere, phi is
/// tabulated once for every pair of nodes. Sums are in the same order wherever a node lies. Knows
/// no ranks and no boundaries: values stand in all cells that are reached. Not collective,
/// allocates nothing after construction.
class NodeConvolution {
 public:
  using Node = std::array<int, max_dimension>; ///< of a cell, by axis

  /// Some nodes of one kind in a row of cells along x.
  struct Nodes {
    Node node{};
    std::int64_t z = 0, y = 0, x = 0; ///< first cell
    int n = 0;
  };

  /// For sums at the nodes of `cells`.
  NodeConvolution(const RadialFamily& family, int radius, const GridBasis& basis,
                  const std::array<double, max_dimension>& spacing, const Box& cells);

  /// Those cells and the ones around them, where there are values.
  const Box& reached() const { return reached_; }
  /// A row of values in cells that are reached, from the cell x; and of what `scatter` adds up.
  double* values(const Node& node, std::int64_t z, std::int64_t y, std::int64_t x);
  double* values_bar(const Node& node, std::int64_t z, std::int64_t y, std::int64_t x);
  void clear_values_bar();

  /// The shape of the sums that follow: numbers, by parameter; without them, rows at the nodes.
  void set_shape(std::span<const double> numbers);
  using ShapeRows = std::array<const double*, max_shapes>;

  /// S, and its derivative by every shape parameter that has a row.
  void sums(const Nodes& at, const ShapeRows& shapes, double* S,
            const std::array<double*, max_shapes>& slopes);
  /// The transpose: values_bar += dS/du g.
  void scatter(const Nodes& at, const ShapeRows& shapes, const double* g);

  std::size_t shapes() const { return family_.shapes; }
  /// Operations per node of a sum.
  double flops() const { return 2 * static_cast<double>(neighbours_.size()); }
  /// Bytes held for this many cells.
  static double bytes(const RadialFamily& family, int radius, const GridBasis& basis,
                      const Extents& cells);

 private:
  struct StencilEntry {
    std::size_t node;      ///< its number among a cell's
    std::ptrdiff_t offset; ///< to its cell, in a row of values
    std::array<int, max_dimension> cells;
    Node place;
    double weight;
  };
  std::size_t number_of(const Node& node) const;
  std::ptrdiff_t index(std::int64_t z, std::int64_t y, std::int64_t x) const;
  void add_neighbours(int radius);
  void measure_from(const Node& node);
  void tabulate(const Node& node, const double* shape, RadialTable& table);
  const RadialTable& table_at(const Nodes& at, const ShapeRows& shapes, int x);
  void weighted_rows(const Nodes& at, const std::vector<double>& weights, double* sum) const;

  RadialFamily family_;
  GridBasis basis_;
  std::array<double, max_dimension> spacing_;
  RowSums sums_;
  Box reached_;
  Strides stride_;
  std::vector<StencilEntry> neighbours_;
  std::vector<std::vector<double>> values_, values_bar_; ///< by node of a cell
  std::vector<double> numbers_;                          ///< the shape, where it is the same
  std::vector<RadialTable> tables_;                      ///< for it, by node
  std::optional<Node> measured_from_;
  RadialStencil distances_; ///< from that node
  RadialTable table_;
};

} // namespace nadir
