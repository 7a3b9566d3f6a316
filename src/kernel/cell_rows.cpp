#include "nadir/kernel/cell_rows.hpp"

#include "index.hpp"
#include "row_list.hpp"

#include <algorithm>

namespace nadir {

CellRows::Written CellRows::points_of(const CellRow& at) const {
  const std::array cells{at.z, at.y, at.first};
  Written points;
  for (std::size_t a = 0; a < points.size(); ++a) {
    const std::int64_t first = cells[a] + basis_[a].lowest;
    points[a] = {first, first + basis_[a].taps - 1};
  }
  points.back().last += at.count - 1;
  return points;
}

void CellRows::contract_y(FieldView field, const CellRow& at, int node, std::size_t orders,
                          std::span<Buffer> rows) const {
  const CellBasis &bz = basis_[0], &by = basis_[1], &bx = basis_[2];
  for (int tz = 0; tz < bz.taps; ++tz) {
    std::array<const double*, most_taps> from{};
    for (int ty = 0; ty < by.taps; ++ty)
      from[uint(ty)] = field.origin + (at.z + bz.lowest + tz) * field.stride.z +
                       (at.y + by.lowest + ty) * field.stride.y + at.first + bx.lowest;
    for (std::size_t k = 0; k < orders; ++k)
      sums_.set(by.taps, from.data(), by.value[k][uint(node)].data(), points_along(at),
                rows[uint(tz) * orders + k].data());
  }
}

void CellRows::contract_z(const CellRow& at, int node, Pair orders, std::span<const Buffer> rows,
                          Buffer& to) const {
  const CellBasis& bz = basis_[0];
  const std::size_t per_tap = rows_per_tap(rows.size());
  std::array<const double*, most_taps> from{};
  for (std::size_t tz = 0; tz < uint(bz.taps); ++tz)
    from[tz] = rows[tz * per_tap + uint(orders.y)].data();
  sums_.set(bz.taps, from.data(), bz.value[uint(orders.z)][uint(node)].data(), points_along(at),
            to.data());
}

void CellRows::contract_x(const CellRow& at, int node, int k, const double* points,
                          double* row) const {
  const CellBasis& bx = basis_[2];
  std::array<const double*, most_taps> from{};
  for (int t = 0; t < bx.taps; ++t) from[uint(t)] = points + t;
  sums_.set(bx.taps, from.data(), bx.value[uint(k)][uint(node)].data(), static_cast<int>(at.count),
            row);
}

void CellRows::spread_x(const CellRow& at, int node, int k, double* row, double* points) const {
  const CellBasis& bx = basis_[2];
  std::fill_n(row - (bx.taps - 1), bx.taps - 1, 0.0);
  std::fill_n(row + at.count, bx.taps - 1, 0.0);
  std::array<const double*, most_taps> from{};
  for (int t = 0; t < bx.taps; ++t) from[uint(t)] = row - t;
  sums_.add(bx.taps, from.data(), bx.value[uint(k)][uint(node)].data(), points_along(at), points);
}

void CellRows::spread_z(const CellRow& at, int node, Pair orders, const Buffer& from,
                        std::span<Buffer> rows) const {
  const CellBasis& bz = basis_[0];
  const std::size_t per_tap = rows_per_tap(rows.size());
  const double* row = from.data();
  for (std::size_t tz = 0; tz < uint(bz.taps); ++tz)
    sums_.add(1, &row, &bz.value[uint(orders.z)][uint(node)][tz], points_along(at),
              rows[tz * per_tap + uint(orders.y)].data());
}

void CellRows::spread_y(const CellRow& at, int node, std::size_t orders,
                        std::span<const Buffer> rows, const Written& written,
                        MutableFieldView field) const {
  const std::size_t per_tap = rows_per_tap(rows.size());
  const CellBasis &bz = basis_[0], &by = basis_[1];
  const auto& [z, y, x] = written;
  const std::int64_t skipped = x.first - (at.first + basis_[2].lowest);
  for (int tz = 0; tz < bz.taps; ++tz) {
    const std::int64_t pz = at.z + bz.lowest + tz;
    if (pz < z.first || pz > z.last) continue;
    for (int ty = 0; ty < by.taps; ++ty) {
      const std::int64_t py = at.y + by.lowest + ty;
      if (py < y.first || py > y.last) continue;
      RowList list;
      for (std::size_t k = 0; k < orders; ++k)
        list.add(rows[uint(tz) * per_tap + k].data() + skipped, by.value[k][uint(node)][uint(ty)]);
      sums_.add(list.count, list.row.data(), list.factor.data(),
                static_cast<int>(x.last - x.first + 1),
                field.origin + pz * field.stride.z + py * field.stride.y + x.first);
    }
  }
}

} // namespace nadir
