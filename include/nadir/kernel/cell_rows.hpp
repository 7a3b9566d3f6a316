#pragma once

#include "nadir/base/aligned.hpp"
#include "nadir/kernel/cell_basis.hpp"
#include "nadir/kernel/layer_sweep.hpp"
#include "nadir/kernel/row_sums.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace nadir {

/// Some cells in a row along x.
struct CellRow {
  std::int64_t z, y;         ///< cell
  std::int64_t first, count; ///< cells along x
};

/// Between amplitudes at points and derivatives at the nodes of a row of cells (theory, section 8),
/// axis by axis: `contract` along y, z and x in turn,
///
///     (d^k z)(x_q) = sum_t phi_t^(k)(x_q) z_t
///
/// and `scatter`, its transpose, along x, z and y. Rows hold all points along x that the functions
/// of the cells stand at. Not collective, allocates nothing.
class CellRows {
 public:
  /// A row of points or nodes; cells of one part of a row fit in with room at both ends.
  static constexpr std::size_t row_length = segment_points + 2 * aligned_doubles;
  struct alignas(alignment) Buffer : std::array<double, row_length> {};
  /// Orders of derivatives along z and y.
  struct Pair {
    int z, y;
  };
  struct Range {
    std::int64_t first, last;
  };
  /// Points that are written to, by axis.
  using Written = std::array<Range, max_dimension>;

  explicit CellRows(const GridBasis& basis) : basis_(basis), sums_(row_sums()) {}

  /// All points that these cells' functions stand at.
  Written points_of(const CellRow& at) const;
  int points_along(const CellRow& at) const {
    return static_cast<int>(at.count) + basis_[max_dimension - 1].taps - 1;
  }

  /// rows[tap along z * orders + k]: the k-th derivatives along y at a node, k < orders.
  void contract_y(FieldView field, const CellRow& at, int node, std::size_t orders,
                  std::span<Buffer> rows) const;
  /// The derivative of these orders at a node along z.
  void contract_z(const CellRow& at, int node, Pair orders, std::span<const Buffer> rows,
                  Buffer& to) const;
  /// The k-th derivative along x at the nodes.
  void contract_x(const CellRow& at, int node, int k, const double* points, double* row) const;

  /// points += the transpose of contract_x; `row` has room for the functions' reach on both sides.
  void spread_x(const CellRow& at, int node, int k, double* row, double* points) const;
  /// rows += that of contract_z.
  void spread_z(const CellRow& at, int node, Pair orders, const Buffer& from,
                std::span<Buffer> rows) const;
  /// field += that of contract_y for k < orders, where `written` says.
  void spread_y(const CellRow& at, int node, std::size_t orders, std::span<const Buffer> rows,
                const Written& written, MutableFieldView field) const;

 private:
  /// Rows for each tap along z.
  std::size_t rows_per_tap(std::size_t rows) const {
    return rows / static_cast<std::size_t>(basis_[0].taps);
  }

  GridBasis basis_;
  RowSums sums_;
};

} // namespace nadir
