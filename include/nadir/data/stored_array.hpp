#pragma once

#include "nadir/base/hdf5.hpp"
#include "nadir/data/field_spec.hpp"

#include <mpi.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// The room `data`: arrays of others, as they are stored.
///
/// Here live fields of HDF5 and netCDF-4 files in physical values (this header, packing,
/// field_data.hpp), weight matrices of numpy and safetensors files (weight_file.hpp), how a case
/// names them (field_spec.hpp), and what tells one set of data from another (data_checksum.hpp).
/// What a file claims is never trusted: sizes are bounded by the file before memory is taken.
///
/// The room may know how a case is read (schema), but not what the arrays are for.
namespace nadir {

/// Why `path` cannot be read as an HDF5 or netCDF-4 file, in words ("no such file", or the command
/// that converts a classic netCDF file); empty when it can. Not collective.
std::string unreadable_file(const std::string& path);

class Packing;

/// Values that are missing by what the file says of their kind, not by a mark of their own.
struct MissingCounts {
  std::int64_t out_of_range = 0; ///< outside valid_range, valid_min, valid_max
  std::int64_t default_fill = 0; ///< netCDF's own fill value, where the file names none
};

/// A numeric dataset of an HDF5 or netCDF-4 file, any integer or float type (booleans of h5py
/// too), read as doubles in physical values: stored * scale_factor + add_offset.
class StoredArray {
 public:
  /// Opens it for all ranks of `comm`. Collective; all ranks throw the same InputError
  /// ("FILE: /DATASET: why") or none does. With MPI_COMM_SELF for one rank alone.
  StoredArray(MPI_Comm comm, const DatasetSpec& source);

  /// Extents, slowest axis first; empty for a scalar.
  const std::vector<std::int64_t>& shape() const { return shape_; }
  /// "FILE: /DATASET", for messages.
  const std::string& name() const { return name_; }

  /// This rank's slab, C order; NaN where the file says missing: NaN, _FillValue or netCDF's
  /// default one, missing_value, values outside valid_range. Adds to `counts` what this rank found.
  /// Collective; all ranks throw the same InputError or none does.
  void read(const hdf5::Slab& slab, std::span<double> values,
            MissingCounts* counts = nullptr) const;
  /// All of it, on every rank; refused before anything is read where the memory does not suffice.
  std::vector<double> read_all() const;
  /// What the counts of all ranks mean in words, on all ranks; empty without any. Collective.
  std::string missing_text(const MissingCounts& counts) const;

  /// The coordinates of an axis: its first dimension scale that is as long as the axis, or nullptr;
  /// its name() is that of the axis. Only of an array that was opened by one rank alone.
  std::unique_ptr<StoredArray> scale_of(std::size_t axis) const;
  /// What the shape takes in the file, and what is there; less where it is compressed, or where
  /// chunks were never written.
  double declared_bytes() const;
  double stored_bytes() const;
  /// A text attribute of the dataset.
  std::optional<std::string> text(const char* attribute) const;
  /// Whether the numbers are of four bytes or less, or of a type with fewer digits than that.
  bool single_precision() const;

 private:
  StoredArray(MPI_Comm comm, std::string name, hdf5::Dataset dataset);
  void open(const DatasetSpec& source);
  void describe();
  void read_stored(const hdf5::Slab& slab, std::span<double> values) const;

  MPI_Comm comm_;
  std::string name_;
  hdf5::File file_;
  hdf5::Dataset dataset_;
  hdf5::Type enum_type_; ///< in memory, when the dataset is of an enumeration
  std::vector<std::int64_t> shape_;
  std::shared_ptr<const Packing> packing_;
};

/// "[12, 90, 180]"; "a scalar" without axes.
std::string shape_text(std::span<const std::int64_t> shape);

} // namespace nadir
