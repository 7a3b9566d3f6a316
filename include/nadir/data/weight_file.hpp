#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// Weights of others: arrays of numbers in the files that machine learning writes.
namespace nadir {

/// An array of a file, read as doubles. Not collective: every rank opens and reads for itself.
class WeightArray {
 public:
  virtual ~WeightArray() = default;
  WeightArray(const WeightArray&) = delete;
  WeightArray& operator=(const WeightArray&) = delete;

  /// "FILE" or "FILE: ARRAY", for messages.
  const std::string& name() const { return name_; }
  /// Extents, slowest axis first; every one at least 1.
  const std::vector<std::int64_t>& shape() const { return shape_; }
  /// Elements of one index of the slowest axis.
  std::int64_t row_size() const;

  /// `count` indices of the slowest axis from `first` on, C order: values has count * row_size()
  /// elements. Throws InputError, naming the array, where the file cannot be read.
  virtual void read(std::int64_t first, std::int64_t count, std::span<double> values) const = 0;
  /// All of it; refused where the memory that is free does not suffice.
  std::vector<double> read_all() const;

 protected:
  WeightArray(std::string name, std::vector<std::int64_t> shape)
      : name_(std::move(name)), shape_(std::move(shape)) {}

 private:
  std::string name_;
  std::vector<std::int64_t> shape_;
};

/// Opens the array called `name`, or, where that is empty, the only one the file has. The first
/// bytes tell the kind of file, whatever its name:
///
///     HDF5 and netCDF-4       any float or integer dataset (stored_array.hpp)
///     NumPy .npy              f2 f4 f8, i1 i2 i4 i8, u1 u2 u4 u8, either byte order, C or Fortran
///     NumPy .npz              the same in a zip file, stored or deflated
///     .safetensors            F64 F32 F16 BF16
///
/// Throws InputError ("FILE: why, and what to do") for anything else, for headers that are cut or
/// do not agree with the file, and for arrays without elements. Nothing is read beyond the headers,
/// except that deflated arrays and Fortran order are held in memory.
std::unique_ptr<WeightArray> open_weights(const std::string& path, const std::string& name);

/// Splits "FILE:ARRAY" at the last colon that is followed by the name of an array; without one the
/// second is empty.
std::pair<std::string, std::string> split_array_name(const std::string& text);

} // namespace nadir
