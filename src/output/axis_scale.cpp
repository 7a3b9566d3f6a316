#include "nadir/output/axis_scale.hpp"
#include "nadir/grid/grid_spec.hpp"

#include "nadir/output/output_spec.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace nadir {
namespace {

bool in_degrees(const std::string& units) {
  constexpr std::array<std::string_view, 4> names{"degree", "degrees", "deg", "\u00b0"};
  return std::ranges::find(names, units) != names.end();
}

std::vector<double> coordinates_of(const GridAxes& axes, std::size_t a) {
  std::vector<double> coordinates(static_cast<std::size_t>(axes.shape[a]));
  for (std::size_t i = 0; i < coordinates.size(); ++i)
    coordinates[i] = axes.origin[a] + static_cast<double>(i) * axes.spacing[a];
  return coordinates;
}

/// Points on a pole may be beyond it by rounding.
bool is_latitude(double degrees) { return std::abs(degrees) <= 90.0 * (1 + 1e-9); }

bool on_globe(const GridAxes& axes) {
  return axes.shape.size() > 1 && in_degrees(axes.units) &&
         std::ranges::all_of(coordinates_of(axes, axes.shape.size() - 2), is_latitude);
}

} // namespace

std::vector<AxisLabel> axis_labels(const GridAxes& axes) {
  const bool globe = on_globe(axes);
  std::vector<AxisLabel> labels;
  for (const std::string& name : axis_names(static_cast<int>(axes.shape.size()))) {
    const std::string axis = name == "x" ? "X" : name == "y" ? "Y" : "";
    if (globe && name == "y")
      labels.push_back({{"degrees_north", "latitude"}, "latitude", axis});
    else if (globe && name == "x")
      labels.push_back({{"degrees_east", "longitude"}, "longitude", axis});
    else
      labels.push_back({{axes.units, name + " coordinate"}, "", axis});
  }
  return labels;
}

void add_axis_scales(ResultFile& file, const std::string& group, const GridAxes& axes) {
  const auto names = axis_names(static_cast<int>(axes.shape.size()));
  const auto labels = axis_labels(axes);
  for (std::size_t a = 0; a < names.size(); ++a) {
    file.add_scale(group, names[a], coordinates_of(axes, a), labels[a].label);
    const std::string path = group == "/" ? "/" + names[a] : group + "/" + names[a];
    if (!labels[a].standard_name.empty())
      file.attribute(path, "standard_name", labels[a].standard_name);
    if (!labels[a].axis.empty()) file.attribute(path, "axis", labels[a].axis);
  }
}

} // namespace nadir
