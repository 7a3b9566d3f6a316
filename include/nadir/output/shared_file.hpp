#pragma once

#include "nadir/base/hdf5.hpp"

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nadir {

/// A piece of a file: first byte and length.
using FileRun = std::pair<std::uint64_t, std::uint64_t>;

/// The numbers of a file whose tables one rank writes through HDF5: all ranks put arrays into it,
/// each with a descriptor of its own and without MPI-IO, so that no rank waits for another's disk.
/// A rank that cannot write throws hdf5::Failure after the others have had their data; they do not
/// know (see nadir::together).
class SharedFile {
 public:
  explicit SharedFile(MPI_Comm comm) : comm_(comm) {}
  ~SharedFile() { reset(); }
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;

  /// A file that is there. Not collective; throws Failure.
  void open(const std::string& path);
  /// Makes what this rank wrote durable, and closes. Not collective; throws Failure.
  void close();
  void reset() noexcept;

  /// A contiguous array in the file, slowest axis first.
  struct Array {
    std::uint64_t offset = 0; ///< of its first byte
    std::vector<hsize_t> extents;
    std::size_t size = 0; ///< bytes of an element, as in memory
  };

  /// Writes this rank's slab. Blocks of many megabytes go to the file as they are; rows are
  /// gathered to such blocks on several ranks first. Slabs of different ranks do not overlap.
  /// Collective; throws Failure on ranks that fail, never between two collective calls.
  void write(const Array& array, const hdf5::Slab& slab, const void* values) const;
  /// Reads this rank's slab of what was written before. Not collective; throws Failure.
  void read(const Array& array, const hdf5::Slab& slab, void* values) const;

 private:
  void put(std::uint64_t offset, std::size_t bytes, const std::byte* values) const;
  void put_gathered(const std::vector<FileRun>& places, const std::vector<std::byte>& data) const;
  void gather(const std::vector<FileRun>& runs, std::uint64_t first, std::uint64_t last,
              const std::byte* values) const;

  MPI_Comm comm_;
  std::string path_;
  int file_ = -1;
};

/// The pieces of a file that a slab of an array takes, ascending, as few as possible; in memory
/// they lie one after the other.
std::vector<FileRun> file_runs(const SharedFile::Array& array, const hdf5::Slab& slab);

} // namespace nadir
