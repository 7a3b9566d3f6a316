#pragma once

#include "nadir/output/result_file.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace nadir {

/// Where the points of a regular grid lie, slowest axis first.
struct GridAxes {
  std::vector<std::int64_t> shape;
  std::vector<double> origin, spacing;
  std::string units; ///< of origin and spacing
};

/// What the CF conventions want to know of an axis; a text is empty where nothing is to be said.
struct AxisLabel {
  Label label;
  std::string standard_name;
  std::string axis; ///< "X" or "Y"; of z it is not known whether it points upwards
};

/// One per axis. The y and x of a grid in degrees are latitude and longitude, in degrees_north and
/// degrees_east, unless some y is no latitude. What degrees along a line or a z axis are is not
/// known.
std::vector<AxisLabel> axis_labels(const GridAxes& axes);

/// The scales x, or y and x, or z, y and x of a group. Collective.
void add_axis_scales(ResultFile& file, const std::string& group, const GridAxes& axes);

} // namespace nadir
