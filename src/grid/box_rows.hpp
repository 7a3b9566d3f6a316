#pragma once

#include "nadir/grid/field.hpp"

#include <algorithm>

namespace nadir {

/// Calls row(pointer, length) for every x-row of a box of padded indices.
template<class Row>
void for_box_rows(const Layout& layout, const Box& box, double* field, Row row) {
  for (std::int64_t z = 0; z < box.count[0]; ++z) {
    for (std::int64_t y = 0; y < box.count[1]; ++y) {
      row(field + layout.index(box.start[0] + z, box.start[1] + y, box.start[2]), box.count[2]);
    }
  }
}

// Between a box of a field and a buffer; each returns the buffer's place behind what it used.

inline double* pack_box(const Layout& layout, const Box& box, double* field, double* buffer) {
  for_box_rows(layout, box, field,
               [&](double* row, std::int64_t n) { buffer = std::copy_n(row, n, buffer); });
  return buffer;
}

inline const double* unpack_box(const Layout& layout, const Box& box, double* field,
                                const double* buffer) {
  for_box_rows(layout, box, field, [&](double* row, std::int64_t n) {
    std::copy_n(buffer, n, row);
    buffer += n;
  });
  return buffer;
}

} // namespace nadir
