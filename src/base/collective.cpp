#include "nadir/base/collective.hpp"

#include "nadir/base/check.hpp"

namespace nadir {

std::string broadcast_text(MPI_Comm comm, std::string text, int root) {
  // Texts here are messages, names and case files of at most 16 MiB: an int counts their bytes.
  int length = static_cast<int>(text.size());
  check_mpi(MPI_Bcast(&length, 1, MPI_INT, root, comm));
  text.resize(static_cast<std::size_t>(length));
  check_mpi(MPI_Bcast(text.data(), length, MPI_CHAR, root, comm));
  return text;
}

double sum_over_ranks(MPI_Comm comm, double value) {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_SUM, comm));
  return value;
}

std::int64_t sum_over_ranks(MPI_Comm comm, std::int64_t value) {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_SUM, comm));
  return value;
}

std::string first_problem(MPI_Comm comm, const std::string& mine) {
  int rank = 0;
  int ranks = 1;
  check_mpi(MPI_Comm_rank(comm, &rank));
  check_mpi(MPI_Comm_size(comm, &ranks));
  int first = mine.empty() ? ranks : rank;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm));
  if (first == ranks) return {};
  return broadcast_text(comm, mine, first);
}

} // namespace nadir
