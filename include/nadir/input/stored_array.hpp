#pragma once

#include "nadir/base/hdf5.hpp"
#include "nadir/input/case.hpp"

#include <mpi.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nadir {

/// Why `path` cannot be read as an HDF5 or netCDF-4 file, in words ("no such file", or the command
/// that converts a classic netCDF file); empty when it can. Not collective.
std::string unreadable_file(const std::string& path);

/// A numeric dataset of an HDF5 or netCDF-4 file, any integer or float type (booleans of h5py
/// too), read as doubles in physical values: stored * scale_factor + add_offset.
class StoredArray {
 public:
  /// Opens it for all ranks of `comm`. Collective; all ranks throw the same InputError
  /// ("FILE: /DATASET: why") or none does. With MPI_COMM_SELF for one rank alone.
  StoredArray(MPI_Comm comm, const DatasetCase& source);

  /// Extents, slowest axis first; empty for a scalar.
  const std::vector<std::int64_t>& shape() const { return shape_; }
  /// "FILE: /DATASET", for messages.
  const std::string& name() const { return name_; }

  /// This rank's slab, C order; NaN where the file says missing (NaN, _FillValue, missing_value).
  /// Collective; all ranks throw the same InputError or none does.
  void read(const hdf5::Slab& slab, std::span<double> values) const;
  /// All of it, on every rank.
  std::vector<double> read_all() const;

 private:
  void open(const DatasetCase& source);
  void read_conventions(bool single_precision);
  void read_stored(const hdf5::Slab& slab, std::span<double> values) const;

  MPI_Comm comm_;
  std::string name_;
  hdf5::File file_;
  hdf5::Dataset dataset_;
  hdf5::Type enum_type_; ///< in memory, when the dataset is of an enumeration
  std::vector<std::int64_t> shape_;
  double scale_factor_ = 1.0;
  double add_offset_ = 0.0;
  std::vector<double> missing_; ///< stored values that mean "missing"
};

/// "[12, 90, 180]"; "a scalar" without axes.
std::string shape_text(std::span<const std::int64_t> shape);

} // namespace nadir
