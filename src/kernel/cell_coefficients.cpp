#include "nadir/kernel/cell_coefficients.hpp"

#include "index.hpp"
#include "row_list.hpp"

#include <algorithm>
#include <array>

namespace nadir {
namespace {

template<class T> T* first_of(T* origin, Strides stride, std::int64_t z, std::int64_t y) {
  return origin + z * stride.z + y * stride.y;
}

/// Points between which a coefficient is interpolated, and their parts at a place.
int interpolation_points(const CellBasis& basis) { return std::min(basis.taps, 2); }
double part_at(const CellBasis& basis, int node, int point) {
  const double place = basis.place[uint(node)];
  return point == 0 ? 1 - place : place;
}

} // namespace

void CellCoefficients::resize(std::size_t theta_count) {
  const std::size_t slots = theta_count + 2;
  view_.resize(slots);
  bar_.resize(slots);
  at_points_.resize(slots);
  at_node_.resize(slots);
  bar_points_.resize(slots);
}

void CellCoefficients::set_coefficients(const LayerCoefficients& coefficients) {
  std::copy_n(coefficients.theta.begin(), theta_count(), view_.begin());
  view_[b()] = coefficients.b;
  view_[omega()] = coefficients.omega;
  for (std::size_t slot = 0; slot < view_.size(); ++slot)
    if (!view_[slot].field) at_node_[slot].fill(view_[slot].number);
}

void CellCoefficients::set_gradient(const LayerGradient& bar) {
  std::copy_n(bar.theta.begin(), theta_count(), bar_.begin());
  bar_[b()] = bar.b;
  bar_[omega()] = bar.omega;
}

bool CellCoefficients::used(std::size_t slot) const {
  const CoefficientView& view = view_[slot];
  return view.field || view.number != 0 || wanted(slot);
}

void CellCoefficients::clear_bars() {
  for (Buffer& row : bar_points_) row.fill(0.0);
}

void CellCoefficients::contract(const CellRow& at, const NodeRow& nodes) {
  const CellBasis &bz = basis_[0], &by = basis_[1];
  for (std::size_t slot = 0; slot < view_.size(); ++slot) {
    const CoefficientView& view = view_[slot];
    if (!view.field) continue;
    double* row = at_points_[slot].data();
    RowList rows;
    for (int tz = 0; tz < interpolation_points(bz); ++tz) {
      for (int ty = 0; ty < interpolation_points(by); ++ty) {
        rows.add(first_of(view.field, view.stride, cells_.coefficient_point(0, at.z + tz),
                          cells_.coefficient_point(1, at.y + ty)) +
                     at.first,
                 part_at(bz, nodes.z, tz) * part_at(by, nodes.y, ty));
      }
    }
    sums_.set(rows.count, rows.row.data(), rows.factor.data(), static_cast<int>(at.count) + 1, row);
    if (cells_.at_mirror(x_axis, at.first, 0)) row[0] = row[1];
    if (cells_.at_mirror(x_axis, at.first + at.count - 1, 1)) row[at.count] = row[at.count - 1];
  }
}

void CellCoefficients::spread(const CellGrid::Cells& at, const NodeRow& nodes) {
  const CellBasis &bz = basis_[0], &by = basis_[1];
  for (std::size_t slot = 0; slot < bar_.size(); ++slot) {
    const CoefficientBar& bar = bar_[slot];
    if (!bar.field) continue;
    double* row = bar_points_[slot].data();
    if (cells_.at_mirror(x_axis, at.first, 0)) row[1] += row[0];
    if (cells_.at_mirror(x_axis, at.first + at.count - 1, 1)) row[at.count - 1] += row[at.count];
    for (int tz = 0; tz < interpolation_points(bz); ++tz) {
      const std::int64_t z = cells_.coefficient_point(0, at.z + tz);
      for (int ty = 0; ty < interpolation_points(by); ++ty) {
        const std::int64_t y = cells_.coefficient_point(1, at.y + ty);
        if (z < 0 || z >= cells_.count()[0] || y < 0 || y >= cells_.count()[1]) continue;
        const double part = part_at(bz, nodes.z, tz) * part_at(by, nodes.y, ty);
        const double* from = row + at.point - at.first;
        sums_.add(1, &from, &part, static_cast<int>(at.points),
                  first_of(bar.field, bar.stride, z, y) + at.point);
      }
    }
  }
}

void CellCoefficients::contract_x(const CellRow& at, int node) {
  const CellBasis& bx = basis_[x_axis];
  const std::array parts{part_at(bx, node, 0), part_at(bx, node, 1)};
  for (std::size_t slot = 0; slot < view_.size(); ++slot) {
    if (!view_[slot].field) continue;
    const std::array<const double*, 2> from{at_points_[slot].data(), at_points_[slot].data() + 1};
    sums_.set(2, from.data(), parts.data(), static_cast<int>(at.count), at_node_[slot].data());
  }
}

void CellCoefficients::add_bar(const CellGrid::Cells& at, int node, std::size_t slot,
                               const double* row) {
  const CoefficientBar& bar = bar_[slot];
  if (bar.field) {
    for (const int point : {0, 1}) {
      const double part = part_at(basis_[x_axis], node, point);
      sums_.add(1, &row, &part, static_cast<int>(at.count), bar_points_[slot].data() + point);
    }
  } else if (bar.sum && at.own) {
    const CellGrid::Range own = cells_.own_cells(at);
    bar.sum->add(row + own.first - at.first, own.last - own.first + 1);
  }
}

} // namespace nadir
