#pragma once

#include "nadir/base/hdf5.hpp"
#include "nadir/input/case.hpp"

#include "support/ranks.hpp"

#include <hdf5_hl.h>

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace nadir::test {

/// Rank 0 writes an input file with plain HDF5 calls, as any other program would.
class InputFile {
 public:
  explicit InputFile(const std::string& path) {
    if (world_rank() != 0) return;
    file_ = hdf5::File(
        hdf5::check(H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT), "create"));
  }
  ~InputFile() {
    file_.reset();
    barrier();
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// A dataset of `stored` type holding `values`, cut into chunks and compressed on request.
  void dataset(const char* name, std::vector<hsize_t> extents, hid_t stored,
               const std::vector<double>& values, bool compressed = false) {
    if (!file_.open()) return;
    const hdf5::Space space(
        H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
    const hdf5::Properties creation(H5Pcreate(H5P_DATASET_CREATE));
    if (compressed) {
      for (auto& extent : extents) extent = (extent + 1) / 2;
      H5Pset_chunk(creation, static_cast<int>(extents.size()), extents.data());
      H5Pset_deflate(creation, 1);
    }
    const hdf5::Dataset id(hdf5::check(
        H5Dcreate2(file_, name, stored, space, H5P_DEFAULT, creation, H5P_DEFAULT), "create"));
    hdf5::check(H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
                "write");
  }

  /// Booleans as h5py stores them: an enumeration of bytes.
  void booleans(const char* name, const std::vector<hsize_t>& extents,
                const std::vector<std::int8_t>& values) {
    if (!file_.open()) return;
    const hdf5::Type type(H5Tenum_create(H5T_STD_I8LE));
    std::int8_t value = 0;
    H5Tenum_insert(type, "FALSE", &value);
    value = 1;
    H5Tenum_insert(type, "TRUE", &value);
    const hdf5::Space space(
        H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
    const hdf5::Dataset id(
        H5Dcreate2(file_, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hdf5::check(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "write");
  }

  void attribute(const char* dataset, const char* name, double value) {
    if (!file_.open()) return;
    const hdf5::Dataset id(H5Dopen2(file_, dataset, H5P_DEFAULT));
    hdf5::write_attribute(id, name, value);
  }

  void text(const char* dataset, const char* name, const std::string& value) {
    if (!file_.open()) return;
    const hdf5::Dataset id(H5Dopen2(file_, dataset, H5P_DEFAULT));
    hdf5::write_attribute(id, name, value);
  }

  void words(const char* name, const std::vector<std::string>& values) {
    if (!file_.open()) return;
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    const hsize_t count = values.size();
    const hdf5::Type type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type, H5T_VARIABLE);
    const hdf5::Space space(H5Screate_simple(1, &count, nullptr));
    const hdf5::Dataset id(
        H5Dcreate2(file_, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hdf5::check(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), "write");
  }

  /// Makes `coordinates` the dimension scale `name` of an axis.
  void scale(const char* dataset, unsigned axis, const char* coordinates, const char* name) {
    if (!file_.open()) return;
    const hdf5::Dataset id(H5Dopen2(file_, dataset, H5P_DEFAULT));
    const hdf5::Dataset scale(H5Dopen2(file_, coordinates, H5P_DEFAULT));
    hdf5::check(H5DSset_scale(scale, name), "make a scale");
    hdf5::check(H5DSattach_scale(id, scale, axis), "attach");
  }

 private:
  hdf5::File file_;
};

/// 0, 1, 2, ...
inline std::vector<double> counting(std::size_t size) {
  std::vector<double> values(size);
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

/// All samples of a dataset.
inline FieldSpec field_at(const std::string& path, const std::string& dataset) {
  FieldSpec field;
  field.source = {path, dataset};
  return field;
}

inline bool contains(const std::string& whole, const std::string& part) {
  return whole.find(part) != std::string::npos;
}

} // namespace nadir::test
