#pragma once

#include "nadir/base/check.hpp"

#include <mpi.h>

namespace nadir {

/// The ranks of a communicator that give the same color, in the same order. Must be gone before
/// MPI ends.
class SubCommunicator {
 public:
  /// Collective.
  SubCommunicator(MPI_Comm comm, int color) {
    check_mpi(MPI_Comm_split(comm, color, 0, &comm_));
    check_mpi(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN));
  }
  ~SubCommunicator() { MPI_Comm_free(&comm_); }
  SubCommunicator(const SubCommunicator&) = delete;
  SubCommunicator& operator=(const SubCommunicator&) = delete;

  operator MPI_Comm() const { return comm_; }

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
};

} // namespace nadir
