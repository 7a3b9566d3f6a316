#include "coordinates.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"
#include "nadir/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

namespace nadir {
namespace {

/// Coordinates may be off by this share of a spacing: they are often rounded.
constexpr double tolerance = 0.01;

/// An axis of a dataset and its coordinates, if it has any.
struct Axis {
  std::string name, units;
  char letter = '\0'; ///< x, y or z, where the file says so
  std::vector<double> x;
  double rounding = 0.0; ///< of the numbers x

  bool known() const { return !x.empty(); }
  bool degrees() const { return units.starts_with("degree"); }
  double span() const { return x.back() - x.front(); }
  double step() const { return x.size() > 1 ? span() / static_cast<double>(x.size() - 1) : 0; }
  double least() const { return std::min(x.front(), x.back()); }
};

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

/// Which axis of space this is, by CF's attributes or by its name.
char letter_of(const StoredArray& scale) {
  static const std::map<std::string, char> letters{
      {"x", 'x'},   {"lon", 'x'},   {"longitude", 'x'}, {"projection_x_coordinate", 'x'},
      {"y", 'y'},   {"lat", 'y'},   {"latitude", 'y'},  {"projection_y_coordinate", 'y'},
      {"z", 'z'},   {"depth", 'z'}, {"height", 'z'},    {"altitude", 'z'},
      {"lev", 'z'}, {"level", 'z'}};
  for (const auto& word : {scale.text("axis"), scale.text("standard_name"),
                           std::optional<std::string>(scale.name())}) {
    const auto found = letters.find(lower_case(word.value_or("")));
    if (found != letters.end()) return found->second;
  }
  return '\0';
}

/// Longitudes that begin anew at 0 or -180 go on instead.
void unwrap(std::vector<double>& x) {
  double turns = 0;
  for (std::size_t i = 1; i < x.size(); ++i) {
    const double before = x[i - 1], here = x[i] + turns;
    if (here - before < -180) turns += 360;
    if (here - before > 180) turns -= 360;
    x[i] += turns;
  }
}

Axis read_axis(const StoredArray& array, std::size_t position) {
  Axis axis;
  try {
    const auto scale = array.scale_of(position);
    if (!scale) return axis;
    axis.name = scale->name();
    axis.units = lower_case(scale->text("units").value_or(""));
    axis.letter = letter_of(*scale);
    axis.x = scale->read_all();
    if (!std::ranges::all_of(axis.x, [](double x) { return std::isfinite(x); })) axis.x.clear();
    if (axis.degrees()) unwrap(axis.x);
    for (const double x : axis.x) axis.rounding = std::max(axis.rounding, std::abs(x));
    axis.rounding *= std::ldexp(4.0, scale->single_precision() ? -24 : -53);
  } catch (const Error&) {
    axis.x.clear(); // what cannot be read is not compared
  }
  return axis;
}

std::string short_number(double value) { return formatted("%.8g", value); }

std::string list_text(const std::vector<double>& values) {
  std::vector<std::string> words;
  for (const double value : values) words.push_back(short_number(value));
  return "[" + join(words, ", ") + "]";
}

/// One dataset against one grid.
class Comparison {
 public:
  Comparison(const Case& c, const DatasetSpec& source, const StoredArray& array)
      : grid_(c.grid), file_(source.file) {
    const std::size_t d = grid_.shape.size(), all = array.shape().size();
    for (std::size_t a = 0; a < d; ++a) axes_.push_back(read_axis(array, all - d + a));
  }

  CoordinateFindings findings() {
    if (order_contradicts()) return std::move(found_);
    bool comparable = true;
    for (std::size_t a = 0; a < axes_.size(); ++a)
      if (axes_[a].x.size() > 1) comparable = look_at(a) && comparable;
    if (comparable) compare_numbers();
    return std::move(found_);
  }

  /// "; its axes are lon, lat: turn it with ...".
  std::string hint() const {
    const auto order = order_of_letters();
    if (!order) return "; its axes are in another order: turn it with transpose";
    return "; " + turn_text(*order);
  }

 private:
  void warn(const std::string& text) { found_.warnings.push_back(file_ + ": " + text); }

  std::string command(const std::string& words) const {
    const auto path = std::filesystem::path(file_);
    return words + " " + file_ + " " + path.stem().string() + "-new.nc";
  }

  /// For each axis of the grid, slowest first, the axis of the data that is meant for it; nothing
  /// where the file does not tell, or they are in order.
  std::optional<std::vector<std::size_t>> order_of_letters() const {
    const auto names = axis_names(grid_.dimension());
    std::vector<std::size_t> order;
    for (const std::string& name : names) {
      const auto at = std::ranges::find(axes_, name.front(), &Axis::letter);
      if (at == axes_.end()) return std::nullopt;
      order.push_back(static_cast<std::size_t>(at - axes_.begin()));
    }
    if (std::ranges::is_sorted(order)) return std::nullopt;
    return order;
  }

  std::string turn_text(const std::vector<std::size_t>& order) const {
    std::vector<std::string> found, wanted;
    for (const Axis& axis : axes_) found.push_back(axis.name);
    for (const std::size_t a : order) wanted.push_back(axes_[a].name);
    return "its axes are " + join(found, ", ") + ", those of [grid] " +
           join(axis_names(grid_.dimension()), ", ") + ": turn it with " +
           command("ncpdq -a " + join(wanted, ","));
  }

  bool order_contradicts() {
    const auto order = order_of_letters();
    if (!order) return false;
    bool fits = true;
    for (std::size_t a = 0; a < axes_.size(); ++a)
      fits = fits && axes_[a].known() && same_spacing(a) && same_origin(a);
    if (fits)
      warn(turn_text(*order) +
           ", or does it only name them so? Its coordinates are those of [grid]");
    else
      found_.errors.push_back(turn_text(*order));
    return !fits;
  }

  /// Warnings of one axis; false where its numbers mean nothing to the grid.
  bool look_at(std::size_t a) {
    const Axis& axis = axes_[a];
    const std::string its = "its axis " + axis.name + " ";
    const double step = axis.step();
    double least = axis.x[1] - axis.x[0], most = least, off = 0;
    for (std::size_t i = 1; i < axis.x.size(); ++i) {
      least = std::min(least, axis.x[i] - axis.x[i - 1]);
      most = std::max(most, axis.x[i] - axis.x[i - 1]);
      off = std::max(off, std::abs(axis.x[i] - (axis.x[0] + static_cast<double>(i) * step)));
    }
    if (step < 0)
      warn(its + "runs from " + short_number(axis.x.front()) + " down to " +
           short_number(axis.x.back()) +
           ", the points of [grid] run up: the data lie the other way round on them; turn them "
           "with " +
           command("ncpdq -a -" + axis.name));
    const bool even = off <= tolerance * std::abs(step) + axis.rounding;
    if (!even)
      warn(its + "is uneven, in steps from " + short_number(least) + " to " + short_number(most) +
           ", and [grid] is even; interpolate the data to an even axis, in xarray with interp");
    if (even && has_both_ends(a))
      warn(its + "holds both ends of the period, " + short_number(axis.x.front()) + " and " +
           short_number(axis.x.back()) + ": the same place twice; leave one out with " +
           command(formatted("ncks -d %s,0,%zu", axis.name.c_str(), axis.x.size() - 2)) +
           formatted(" and make that axis of shape %zu", axis.x.size() - 1));
    return even;
  }

  bool has_both_ends(std::size_t a) const {
    if (grid_.boundary[a].kind != BoundaryKind::periodic) return false;
    const Axis& axis = axes_[a];
    const double span = std::abs(axis.span()), slack = tolerance * std::abs(axis.step());
    if (axis.degrees()) return std::abs(span - 360) <= slack;
    return std::abs(span - static_cast<double>(axis.x.size()) * grid_.spacing[a]) <= slack;
  }

  bool same_spacing(std::size_t a) const {
    const Axis& axis = axes_[a];
    if (axis.x.size() < 2) return true;
    const double allowed =
        1e-3 * grid_.spacing[a] + axis.rounding / static_cast<double>(axis.x.size() - 1);
    return std::abs(std::abs(axis.step()) - grid_.spacing[a]) <= allowed;
  }

  bool same_origin(std::size_t a) const {
    const Axis& axis = axes_[a];
    double apart = axis.least() - grid_.origin[a];
    if (axis.degrees() && grid_.boundary[a].kind == BoundaryKind::periodic)
      apart = std::remainder(apart, 360.0);
    return std::abs(apart) <= tolerance * grid_.spacing[a] + axis.rounding;
  }

  /// Kilometres and metres are not compared.
  bool same_units(const Axis& axis) const {
    const std::string grid = lower_case(grid_.units);
    const auto none = [](const std::string& units) { return units.empty() || units == "1"; };
    return none(grid) || none(axis.units) || grid == axis.units ||
           (axis.degrees() && grid.starts_with("degree"));
  }

  void compare_numbers() {
    std::vector<double> spacing = grid_.spacing, origin = grid_.origin;
    std::vector<std::string> found;
    bool differs = false;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      const Axis& axis = axes_[a];
      if (!axis.known() || !same_units(axis)) continue;
      differs = differs || !same_spacing(a) || !same_origin(a);
      if (axis.x.size() > 1) spacing[a] = std::abs(axis.step());
      origin[a] = axis.least();
      found.push_back(axis.name + " from " + short_number(axis.least()) + " in steps of " +
                      short_number(spacing[a]));
    }
    if (!differs) return;
    warn("its coordinates, " + join(found, " and ") +
         ", are not those of [grid]; if they are in its units, write spacing = " +
         list_text(spacing) + " and origin = " + list_text(origin) + " there");
  }

  const GridSpec& grid_;
  std::string file_;
  std::vector<Axis> axes_;
  CoordinateFindings found_;
};

} // namespace

CoordinateFindings compare_coordinates(const Case& c, const DatasetSpec& source,
                                       const StoredArray& array) {
  const std::size_t d = c.grid.shape.size();
  if (c.grid.spacing.size() != d || c.grid.origin.size() != d || c.grid.boundary.size() != d)
    return {}; // a mistake there that the reader of the case has reported
  return Comparison(c, source, array).findings();
}

std::string turning_hint(const Case& c, const DatasetSpec& source, const StoredArray& array) {
  auto shape = array.shape();
  const auto& grid = c.grid.shape;
  if (shape.size() == grid.size() + 1) shape.erase(shape.begin());
  if (shape.size() != grid.size() || shape == grid ||
      !std::is_permutation(shape.begin(), shape.end(), grid.begin()))
    return {};
  return Comparison(c, source, array).hint();
}

} // namespace nadir
