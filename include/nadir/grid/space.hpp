#pragma once

#include "nadir/base/box.hpp"

#include <mpi.h>

#include <cstdint>

namespace nadir {

/// Points that are shared out among ranks, whatever lies between them: how many there are, which
/// are this rank's, what their numbers are, and where they lie in the arrays of files. Data,
/// control vectors, trainings, checkpoints and results need no more; kernels and penalties know the
/// geometry (Grid).
class Space {
 public:
  MPI_Comm comm() const { return comm_; }
  int rank() const { return rank_; }
  int dimension() const { return owned_.dimension; } ///< axes of arrays in files
  const Extents& shape() const { return shape_; }    ///< of arrays of all points
  std::int64_t points() const { return shape_[0] * shape_[1] * shape_[2]; }
  const Box& owned() const { return owned_; } ///< this rank's part of such arrays

  /// Number, in C order, of the point at (z, y, x) of this rank's part.
  std::int64_t global_index(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return ((owned_.start[0] + z) * shape_[1] + owned_.start[1] + y) * shape_[2] + owned_.start[2] +
           x;
  }

 protected:
  /// `comm` must outlive this; which points are this rank's is the caller's to say.
  Space(MPI_Comm comm, int dimension, const Extents& shape);
  ~Space() = default;

  MPI_Comm comm_;
  int rank_ = 0;
  Extents shape_;
  Box owned_;
};

} // namespace nadir
