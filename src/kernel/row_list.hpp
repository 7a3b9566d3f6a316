#pragma once

#include "nadir/kernel/row_sums.hpp"

#include <array>
#include <cstddef>

namespace nadir {

/// Some rows and their factors, for a sum.
struct RowList {
  std::array<const double*, RowSums::most> row{};
  std::array<double, RowSums::most> factor{};
  int count = 0;
  void add(const double* first, double by) {
    row[static_cast<std::size_t>(count)] = first;
    factor[static_cast<std::size_t>(count++)] = by;
  }
};

} // namespace nadir
