#pragma once

#include <mpi.h>

#include <cstdint>
#include <string>

/// Small exchanges between all ranks of a communicator. Collective; they throw SystemError.
namespace nadir {

/// The text of rank `root`, on all ranks.
std::string broadcast_text(MPI_Comm comm, std::string text, int root = 0);

/// The sum of all ranks' values, on all ranks.
double sum_over_ranks(MPI_Comm comm, double value);
std::int64_t sum_over_ranks(MPI_Comm comm, std::int64_t value);

} // namespace nadir
