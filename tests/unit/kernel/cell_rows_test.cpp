#include "nadir/kernel/cell_rows.hpp"

#include "nadir/base/hashed_random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace nadir {
namespace {

constexpr std::array<double, max_dimension> row_spacing{1.1, 0.7, 0.9};
constexpr std::int64_t extent = 12, margin = 4; // of a cube of points, and before the first cell
constexpr CellRow row{0, 1, -1, 5};

/// A cube of points seen from its point (margin, margin, margin).
struct Cube {
  std::vector<double> values = std::vector<double>(extent * extent * extent, 0.0);
  Strides stride{extent * extent, extent};
  static constexpr std::int64_t origin = margin * (extent * extent + extent + 1);
  FieldView view() const { return {values.data() + origin, stride}; }
  MutableFieldView view() { return {values.data() + origin, stride}; }
  void fill(std::uint64_t seed) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = hashed_number(seed, i);
  }
};

/// The derivatives of these orders at a node of all cells of the row, in turn along y, z and x, and
/// the transpose.
struct Way {
  explicit Way(const GridBasis& b)
      : basis(b), rows(b), y_rows(static_cast<std::size_t>(b[0].taps) * derivative_orders) {}

  std::vector<double> contract(const Cube& cube, const std::array<int, 3>& node,
                               const std::array<int, 3>& k) {
    CellRows::Buffer z_row{}, at_nodes{};
    rows.contract_y(cube.view(), row, node[1], derivative_orders, y_rows);
    rows.contract_z(row, node[0], {k[0], k[1]}, y_rows, z_row);
    rows.contract_x(row, node[2], k[2], z_row.data(), at_nodes.data());
    return {at_nodes.begin(), at_nodes.begin() + row.count};
  }
  void spread(const std::vector<double>& at_nodes, const std::array<int, 3>& node,
              const std::array<int, 3>& k, const CellRows::Written& written, Cube& cube) {
    CellRows::Buffer z_row{}, from{};
    for (auto& each : y_rows) each.fill(0.0);
    std::copy(at_nodes.begin(), at_nodes.end(), from.begin() + aligned_doubles);
    rows.spread_x(row, node[2], k[2], from.data() + aligned_doubles, z_row.data());
    rows.spread_z(row, node[0], {k[0], k[1]}, z_row, y_rows);
    rows.spread_y(row, node[1], derivative_orders, y_rows, written, cube.view());
  }

  GridBasis basis;
  CellRows rows;
  std::vector<CellRows::Buffer> y_rows;
};

template<class Use> void for_all(Use use) {
  for (const Basis kind : {Basis::hat, Basis::cubic_spline})
    for (const auto& k : {std::array{0, 0, 0}, {1, 0, 0}, {0, 1, 1}, {0, 0, 2}, {1, 2, 0}})
      for (const auto& node : {std::array{0, 1, 2}, {2, 0, 1}})
        use(grid_basis(kind, 3, 3, row_spacing), node, k);
}

/// z = (1 + z)(2 + y)(3 + x) is in every basis, and so are its derivatives.
TEST(CellRows, ValuesAndDerivativesOfAProductOfLinearFunctions) {
  for_all([](const GridBasis& basis, const auto& node, const auto& k) {
    Cube cube;
    for (std::int64_t z = 0; z < extent; ++z)
      for (std::int64_t y = 0; y < extent; ++y)
        for (std::int64_t x = 0; x < extent; ++x)
          cube.values[static_cast<std::size_t>((z * extent + y) * extent + x)] =
              (1 + row_spacing[0] * static_cast<double>(z - margin)) *
              (2 + row_spacing[1] * static_cast<double>(y - margin)) *
              (3 + row_spacing[2] * static_cast<double>(x - margin));
    const auto found = Way(basis).contract(cube, node, k);
    const auto factor = [&](std::size_t axis, double constant, std::int64_t cell) {
      const double place =
          static_cast<double>(cell) + basis[axis].place[static_cast<std::size_t>(node[axis])];
      return k[axis] == 0 ? constant + row_spacing[axis] * place : k[axis] == 1 ? 1.0 : 0.0;
    };
    for (std::int64_t i = 0; i < row.count; ++i)
      EXPECT_NEAR(found[static_cast<std::size_t>(i)],
                  factor(0, 1, row.z) * factor(1, 2, row.y) * factor(2, 3, row.first + i), 1e-12);
  });
}

TEST(CellRows, SpreadIsTheTransposeOfContract) {
  for_all([](const GridBasis& basis, const auto& node, const auto& k) {
    Way way(basis);
    Cube z, z_bar;
    z.fill(1);
    std::vector<double> v;
    for (std::int64_t i = 0; i < row.count; ++i)
      v.push_back(hashed_number(2, static_cast<std::uint64_t>(i)));
    const auto at_nodes = way.contract(z, node, k);
    way.spread(v, node, k, way.rows.points_of(row), z_bar);
    double forward = 0, back = 0, size = 0;
    for (std::size_t i = 0; i < v.size(); ++i) forward += v[i] * at_nodes[i];
    for (std::size_t i = 0; i < z.values.size(); ++i) {
      back += z.values[i] * z_bar.values[i];
      size += std::abs(z.values[i] * z_bar.values[i]);
    }
    EXPECT_NEAR(forward, back, 1e-14 * size);
    const bool curved = basis[0].taps > 2; // hats have no second derivatives
    EXPECT_EQ(size > 0, curved || (k[1] < 2 && k[2] < 2));
  });
}

TEST(CellRows, OnlyWhatMayBeWrittenIs) {
  Way way(grid_basis(Basis::cubic_spline, 3, 3, row_spacing));
  const std::vector<double> v(static_cast<std::size_t>(row.count), 1.0);
  Cube all, some;
  way.spread(v, {0, 0, 0}, {0, 0, 0}, way.rows.points_of(row), all);
  way.spread(v, {0, 0, 0}, {0, 0, 0}, {{{0, 1}, {1, 2}, {0, 3}}}, some);
  std::size_t written = 0;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(all.values.size()); ++i) {
    const std::int64_t z = i / (extent * extent) - margin, y = i / extent % extent - margin,
                       x = i % extent - margin;
    const bool inside = z >= 0 && z <= 1 && y >= 1 && y <= 2 && x >= 0 && x <= 3;
    const auto at = static_cast<std::size_t>(i);
    EXPECT_EQ(some.values[at], inside ? all.values[at] : 0.0) << z << ' ' << y << ' ' << x;
    written += some.values[at] != 0;
  }
  EXPECT_EQ(written, 16U);
}

} // namespace
} // namespace nadir
