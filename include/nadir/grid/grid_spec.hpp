#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nadir {

enum class BoundaryKind { periodic, reflect, value };

struct BoundarySpec {
  BoundaryKind kind = BoundaryKind::periodic;
  double value = 0.0; ///< of every ghost, in the units of z; only for BoundaryKind::value
  bool operator==(const BoundarySpec&) const = default;
};

struct GridSpec {
  std::vector<std::int64_t> shape; ///< points per axis, slowest first; d = shape.size() = 1, 2, 3
  std::vector<double> spacing;     ///< resolved: d entries
  std::vector<double> origin;      ///< resolved: d entries
  std::string units = "1";
  std::vector<BoundarySpec> boundary; ///< d entries
  int dimension() const { return static_cast<int>(shape.size()); }
  bool operator==(const GridSpec&) const = default;
};

/// "x", "y, x" or "z, y, x": the axes of a grid, slowest first.
std::vector<std::string> axis_names(int dimension);

} // namespace nadir
