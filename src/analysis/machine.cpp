#include "nadir/analysis/machine.hpp"

#include "nadir/base/cache_size.hpp"
#include "nadir/base/check.hpp"
#include "nadir/base/node_memory.hpp"

namespace nadir {

Machine this_machine(MPI_Comm comm) {
  Machine machine;
  check_mpi(MPI_Comm_size(comm, &machine.ranks));
  machine.memory_per_rank = node_memory(comm).per_rank();
  machine.cache_bytes = cache_of_core();
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &machine.memory_per_rank, 1, MPI_DOUBLE, MPI_MIN, comm));
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &machine.cache_bytes, 1, MPI_INT64_T, MPI_MIN, comm));
  return machine;
}

} // namespace nadir
