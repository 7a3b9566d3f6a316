#pragma once

#include <mpi.h>

#include <gtest/gtest.h>

/// The ranks of a test.
namespace nadir::test {

inline int world_rank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

inline int world_size() {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  return ranks;
}

inline void barrier() { MPI_Barrier(MPI_COMM_WORLD); }

/// Whether this test has failed on some rank, so that all leave it together: one that left alone
/// would keep the others waiting in the next collective call. Collective.
inline bool failed_somewhere() {
  int failed = testing::Test::HasFailure() ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  return failed != 0;
}

} // namespace nadir::test
