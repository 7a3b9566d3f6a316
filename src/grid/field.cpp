#include "nadir/grid/field.hpp"

#include <algorithm>

namespace nadir {

Layout::Layout(const Extents& owned, int dimension, int ghost_width) : count(owned) {
  for (int a = max_dimension - dimension; a < max_dimension; ++a)
    ghost[static_cast<std::size_t>(a)] = ghost_width;
  constexpr std::int64_t whole = aligned_doubles;
  const auto aligned = [](std::int64_t points) {
    return static_cast<std::ptrdiff_t>((points + whole - 1) / whole * whole);
  };
  stride_y = aligned(count[2] + 2 * ghost[2]);
  lead = std::max(lead, aligned(ghost[2]));
  stride_z = stride_y * static_cast<std::ptrdiff_t>(count[1] + 2 * ghost[1]);
}

void pack(const Layout& layout, const double* padded, double* packed) {
  for_owned_rows(layout, padded,
                 [&](const double* row, std::int64_t n) { packed = std::copy_n(row, n, packed); });
}

void unpack(const Layout& layout, const double* packed, double* padded) {
  for_owned_rows(layout, padded, [&](double* row, std::int64_t n) {
    std::copy_n(packed, n, row);
    packed += n;
  });
}

} // namespace nadir
