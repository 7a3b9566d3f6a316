#pragma once

#include "nadir/base/hdf5.hpp"
#include "nadir/data/stored_array.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace nadir {

/// How a dataset holds its numbers, by the conventions of netCDF and CF: packed by scale_factor and
/// add_offset, unsigned in a signed type (_Unsigned), missing where they equal _FillValue,
/// missing_value or, without a _FillValue, netCDF's default one, and where they are outside
/// valid_range, valid_min, valid_max. Comparisons are made in the type of the data.
class Packing {
 public:
  Packing() = default;
  /// Reads the attributes of a dataset of a file. Throws hdf5::Failure for those that make no
  /// sense.
  Packing(hid_t file, hid_t dataset);

  /// Stored numbers to physical values, NaN where missing; counts those whose loss is worth a word.
  void unpack(std::span<double> values, MissingCounts& counts) const;
  /// "3 values outside its valid range [0, 40] count as missing"; empty when there were none.
  std::string text(const MissingCounts& counts) const;

 private:
  /// A type of numbers in a file.
  struct Numbers {
    hid_t type = H5I_INVALID_HID;
    bool real = false, is_signed = false;
    std::size_t bytes = 0, bits = 0;
  };
  static Numbers numbers_of(hid_t type);

  void read_scaling(hid_t dataset);
  void read_sign(hid_t dataset);
  void read_missing(hid_t dataset);
  void read_default_fill(hid_t file, hid_t dataset);
  void read_valid_range(hid_t dataset);
  void bound(hid_t dataset, const char* name, std::size_t count);
  double turned(double stored) const;
  std::optional<double> as_stored(double value) const;

  Numbers stored_;
  double scale_factor_ = 1.0, add_offset_ = 0.0;
  std::size_t packed_width_ = 0; ///< of the wider type of the two, see width()
  double wrap_below_ = 0.0; ///< numbers below it get wrap_ added, those from wrap_from_ on lose it
  double wrap_from_ = 0.0, wrap_ = 0.0;
  std::vector<double> missing_;        ///< numbers that mean "missing", as they are compared
  std::optional<double> default_fill_; ///< likewise
  bool bounds_unpacked_ = false;       ///< whether the two below are of physical values
  std::optional<double> lowest_, highest_;
};

} // namespace nadir
