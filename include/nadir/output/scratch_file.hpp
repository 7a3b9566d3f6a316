#pragma once

#include "nadir/base/hdf5.hpp"

#include <cstddef>
#include <string>

namespace nadir {

/// A file of this rank alone for arrays of one size that are read again while the program runs. It
/// has no name once it is open, so that it goes with the process, however that ends.
///
/// Other ranks wait while this one reads and writes, so a disk that fills throws nothing: the first
/// problem is remembered, whatever follows does nothing, and all ranks agree on it later. Not
/// collective. Allocates nothing in write() and read().
class ScratchFile {
 public:
  /// In `folder`, for `arrays` arrays of `size` doubles, for which room is set aside where the file
  /// system can. Throws SystemError or hdf5::Failure.
  ScratchFile(const std::string& folder, std::size_t arrays, std::size_t size);

  void write(std::size_t array, const double* values);
  /// An array that was written; the values are left alone where that fails.
  void read(std::size_t array, double* values);

  /// The first problem so far, with the file's name; empty when there was none.
  const std::string& problem() const { return problem_; }

 private:
  void create(std::size_t arrays);
  template<class Move> void move(std::size_t array, Move&& move);

  std::string path_, problem_;
  hsize_t size_;
  hdf5::File file_;
  hdf5::Dataset dataset_;         ///< [array][value]
  hdf5::Space memory_, selected_; ///< an array in memory; in the file
};

/// Why no scratch file can be made in a folder, in words, or an empty text. Leaves nothing behind.
std::string unusable_scratch(const std::string& folder);

/// Bytes a user may still write on the disk of a folder; 0 when that is unknown.
double free_disk(const std::string& folder);

} // namespace nadir
