#pragma once

#include "nadir/base/hdf5.hpp"
#include "nadir/data/field_spec.hpp"

#include <mpi.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What tells the data of a run from others: a checksum of every dataset that was read, of its
/// values and their places, whatever file they lie in.
namespace nadir {

/// A dataset of a case as it was read.
struct DataRead {
  std::string key; ///< of the case: "data.input", "data.target.mask"
  DatasetSpec source;
  std::uint64_t checksum = 0;
};

/// Where to note what is read for a key of the case; by default nowhere.
struct DataRecord {
  std::vector<DataRead>* into = nullptr;
  std::string key;
  void add(const DatasetSpec& source, std::uint64_t checksum) const;
  /// For a dataset that belongs to this one: a mask.
  DataRecord below(const std::string& part) const { return {into, key + "." + part}; }
};

/// Of the values of a slab of a dataset of this shape: the sum of a hash of every value and its
/// place, so that sums of slabs add up, in any order. Missing values are all alike.
std::uint64_t data_checksum(const hdf5::Slab& slab, std::span<const std::int64_t> shape,
                            std::span<const double> values);

/// That of the slabs of all ranks. Collective.
std::uint64_t sum_of_checksums(MPI_Comm comm, std::uint64_t mine);

/// The text in result and checkpoint, a line per dataset: key, checksum, file and dataset.
std::string data_text(std::span<const DataRead> read);

/// The datasets whose contents differ from those of such a text, in words; none where there is no
/// text.
std::vector<std::string> data_differences(const std::string& there, std::span<const DataRead> here);

/// Whether two such texts mean the same contents, wherever these lie.
bool same_data(const std::string& left, const std::string& right);

} // namespace nadir
