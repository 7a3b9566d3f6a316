#include "packing.hpp"

#include "nadir/base/log.hpp"
#include "nadir/base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace nadir {
namespace {

/// Where a type stands among those that hold more and more.
std::size_t width(bool real, std::size_t bytes) { return bytes + (real ? 100 : 0); }

/// Numbers of an attribute in netCDF's sense, and the width of their type.
struct NumberAttribute {
  std::vector<double> values; ///< none when it is absent
  std::size_t width = 0;
};

NumberAttribute read_numbers(hid_t dataset, const char* name) {
  constexpr hssize_t most = 1000;
  if (hdf5::check(H5Aexists(dataset, name), "look for attribute") == 0) return {};
  const hdf5::Attribute attribute(
      hdf5::check(H5Aopen(dataset, name, H5P_DEFAULT), "open attribute"));
  const hdf5::Type type(hdf5::check(H5Aget_type(attribute), "get type"));
  const auto kind = H5Tget_class(type);
  const std::string its = "its attribute '" + std::string(name) + "' ";
  if (kind != H5T_INTEGER && kind != H5T_FLOAT) throw hdf5::Failure(its + "is not a number");
  hdf5::require_sound_numbers(type);
  const hdf5::Space space(hdf5::check(H5Aget_space(attribute), "get space"));
  const hssize_t count = hdf5::check(H5Sget_simple_extent_npoints(space), "count values");
  if (count > most) throw hdf5::Failure(its + "has more than a thousand values");
  NumberAttribute result{std::vector<double>(static_cast<std::size_t>(count)),
                         width(kind == H5T_FLOAT, H5Tget_size(type))};
  if (count > 0)
    hdf5::check(H5Aread(attribute, H5T_NATIVE_DOUBLE, result.values.data()), "read attribute");
  return result;
}

/// What netCDF fills with where nothing is written; bytes have no such value.
std::optional<double> netcdf_fill(bool real, bool is_signed, std::size_t bytes) {
  if (real) return bytes == 4 || bytes == 8 ? std::optional(0x1.ep+122) : std::nullopt;
  switch (bytes) {
  case 2:
    return is_signed ? -32767.0 : 65535.0;
  case 4:
    return is_signed ? -2147483647.0 : 4294967295.0;
  case 8:
    return is_signed ? -9223372036854775806.0 : 18446744073709551614.0;
  default:
    return std::nullopt;
  }
}

/// Whether netCDF, or what writes like it, made a file or a dataset.
bool is_netcdf(hid_t file, hid_t dataset) {
  return H5Aexists_by_name(file, "/", "_NCProperties", H5P_DEFAULT) > 0 ||
         H5Aexists(dataset, "_Netcdf4Dimid") > 0 || H5Aexists(dataset, "_Netcdf4Coordinates") > 0;
}

/// The value of elements that were never written, where whoever made the dataset chose one.
std::optional<double> chosen_fill(hid_t dataset) {
  const hdf5::Properties creation(hdf5::check(H5Dget_create_plist(dataset), "get creation list"));
  H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
  hdf5::check(H5Pfill_value_defined(creation, &defined), "look for a fill value");
  if (defined != H5D_FILL_VALUE_USER_DEFINED) return std::nullopt;
  double value = 0;
  hdf5::check(H5Pget_fill_value(creation, H5T_NATIVE_DOUBLE, &value), "get the fill value");
  return value;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

std::string plural(std::int64_t count) {
  return formatted("%lld value%s", static_cast<long long>(count), count == 1 ? "" : "s");
}

} // namespace

Packing::Numbers Packing::numbers_of(hid_t type) {
  Numbers numbers;
  const auto kind = H5Tget_class(type);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) return numbers; // booleans: nothing of all this
  numbers.type = type;
  numbers.real = kind == H5T_FLOAT;
  numbers.is_signed = numbers.real || H5Tget_sign(type) == H5T_SGN_2;
  numbers.bytes = H5Tget_size(type);
  numbers.bits = H5Tget_precision(type);
  return numbers;
}

Packing::Packing(hid_t file, hid_t dataset) {
  const hdf5::Type type(hdf5::check(H5Dget_type(dataset), "get type"));
  stored_ = numbers_of(type);
  read_scaling(dataset);
  read_sign(dataset);
  read_missing(dataset);
  read_default_fill(file, dataset);
  read_valid_range(dataset);
  stored_.type = H5I_INVALID_HID; // closed with `type`
}

void Packing::read_scaling(hid_t dataset) {
  const auto one_of = [&](const char* name, double otherwise) {
    const auto [values, size] = read_numbers(dataset, name);
    if (values.empty()) return otherwise;
    const std::string its = "its attribute '" + std::string(name) + "' ";
    if (values.size() > 1)
      throw hdf5::Failure(its + formatted("has %zu values, it needs one", values.size()));
    if (!std::isfinite(values[0])) throw hdf5::Failure(its + "is not finite; correct it");
    packed_width_ = std::max(packed_width_, size);
    return values[0];
  };
  scale_factor_ = one_of("scale_factor", 1.0);
  add_offset_ = one_of("add_offset", 0.0);
  if (scale_factor_ == 0)
    throw hdf5::Failure("its attribute 'scale_factor' is 0, which makes all values the same; "
                        "correct it, or remove it");
}

/// netCDF's classic types are signed; _Unsigned says what their bits mean.
void Packing::read_sign(hid_t dataset) {
  if (stored_.real || stored_.bits == 0) return;
  const std::string word = lower(hdf5::text_attribute(dataset, "_Unsigned").value_or(""));
  const double whole = std::ldexp(1.0, static_cast<int>(stored_.bits));
  if (word == "true" && stored_.is_signed) wrap_ = whole;
  if (word == "false" && !stored_.is_signed) wrap_ = -whole;
}

/// A stored number with the sign it is meant to have.
double Packing::turned(double stored) const {
  if (wrap_ > 0 && stored < 0) return stored + wrap_;
  if (wrap_ < 0 && stored >= -0.5 * wrap_) return stored + wrap_;
  return stored;
}

/// A number of an attribute as the type of the data holds it; nothing where it cannot be there. An
/// attribute may be wider than the data: -1e34 as a double is not the float next to it.
std::optional<double> Packing::as_stored(double value) const {
  if (std::isnan(value)) return std::nullopt; // NaN is missing anyway
  if (stored_.bits == 0) return value;
  if (stored_.real) {
    std::array<std::byte, 64> buffer{};
    const std::size_t size = std::max(sizeof value, stored_.bytes);
    if (size > buffer.size()) return value;
    std::copy_n(reinterpret_cast<const std::byte*>(&value), sizeof value, buffer.begin());
    hdf5::check(H5Tconvert(H5T_NATIVE_DOUBLE, stored_.type, 1, buffer.data(), nullptr, H5P_DEFAULT),
                "convert a number");
    hdf5::check(H5Tconvert(stored_.type, H5T_NATIVE_DOUBLE, 1, buffer.data(), nullptr, H5P_DEFAULT),
                "convert a number");
    std::copy_n(buffer.begin(), sizeof value, reinterpret_cast<std::byte*>(&value));
    return value;
  }
  const double whole = std::ldexp(1.0, static_cast<int>(stored_.bits));
  if (value != std::floor(value) || value < -0.5 * whole || value > whole) return std::nullopt;
  return turned(value);
}

void Packing::read_missing(hid_t dataset) {
  for (const char* name : {"_FillValue", "missing_value"})
    for (const double value : read_numbers(dataset, name).values)
      if (const auto stored = as_stored(value)) missing_.push_back(*stored);
}

void Packing::read_default_fill(hid_t file, hid_t dataset) {
  const auto fill = netcdf_fill(stored_.real, stored_.is_signed, stored_.bytes);
  if (!fill || stored_.bits == 0 || !read_numbers(dataset, "_FillValue").values.empty()) return;
  // As a float it can mean nothing else. Integers of other programs may well have this value.
  if (stored_.real || is_netcdf(file, dataset) || chosen_fill(dataset) == fill)
    default_fill_ = as_stored(*fill);
  if (default_fill_ && std::ranges::find(missing_, *default_fill_) != missing_.end())
    default_fill_.reset(); // said in an attribute after all
}

void Packing::read_valid_range(hid_t dataset) {
  bound(dataset, "valid_min", 1);
  bound(dataset, "valid_max", 1);
  bound(dataset, "valid_range", 2);
  if (lowest_ && highest_ && *lowest_ > *highest_)
    throw hdf5::Failure(formatted(
        "its attributes leave no valid value: from %g to %g; correct them", *lowest_, *highest_));
}

/// Bounds are in the units of what is stored, unless their type is that of the unpacked values and
/// wider than the data (NetCDF Users Guide, attribute conventions).
void Packing::bound(hid_t dataset, const char* name, std::size_t count) {
  const auto [values, size] = read_numbers(dataset, name);
  if (values.empty()) return;
  const std::string its = "its attribute '" + std::string(name) + "' ";
  if (values.size() != count)
    throw hdf5::Failure(its + formatted("has %zu values, it needs %zu", values.size(), count));
  bounds_unpacked_ =
      packed_width_ > 0 && size == packed_width_ && size > width(stored_.real, stored_.bytes);
  const auto as_compared = [&](double value) {
    return bounds_unpacked_ ? value : as_stored(value).value_or(value);
  };
  const std::string word = name;
  if (std::isnan(values.front()) || std::isnan(values.back()))
    throw hdf5::Failure(its + "is not a number; correct it, or remove it");
  if (word != "valid_max") lowest_ = as_compared(values.front());
  if (word != "valid_min") highest_ = as_compared(values.back());
}

void Packing::unpack(std::span<double> values, MissingCounts& counts) const {
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  // Unpacked bounds are met within rounding, far below a step of the packed numbers.
  const double slack = bounds_unpacked_ ? 1e-3 * std::abs(scale_factor_) : 0.0;
  const double lowest = lowest_.value_or(-std::numeric_limits<double>::infinity()) - slack;
  const double highest = highest_.value_or(std::numeric_limits<double>::infinity()) + slack;
  for (double& value : values) {
    const double stored = turned(value);
    const double physical = stored * scale_factor_ + add_offset_;
    const double compared = bounds_unpacked_ ? physical : stored;
    if (std::ranges::find(missing_, stored) != missing_.end()) {
      value = missing;
    } else if (default_fill_ && stored == *default_fill_) {
      value = missing;
      ++counts.default_fill;
    } else if (compared < lowest || compared > highest) {
      value = missing;
      ++counts.out_of_range;
    } else {
      value = physical;
    }
  }
}

std::string Packing::text(const MissingCounts& counts) const {
  std::vector<std::string> parts;
  if (counts.out_of_range > 0) {
    const std::string low = lowest_ ? formatted("[%.9g", *lowest_) : "(-inf";
    const std::string high = highest_ ? formatted("%.9g]", *highest_) : "inf)";
    parts.push_back(plural(counts.out_of_range) + " outside the valid range " + low + ", " + high +
                    (bounds_unpacked_ || scale_factor_ == 1 ? "" : " of packed numbers"));
  }
  if (counts.default_fill > 0)
    parts.push_back(plural(counts.default_fill) +
                    formatted(" equal to netCDF's default fill value %.9g", *default_fill_));
  if (parts.empty()) return {};
  const bool one = counts.out_of_range + counts.default_fill == 1;
  return join(parts, " and ") + (one ? " counts as missing" : " count as missing");
}

} // namespace nadir
