#include "nadir/grid/space.hpp"

#include "nadir/base/check.hpp"

namespace nadir {

Space::Space(MPI_Comm comm, int dimension, const Extents& shape) : comm_(comm), shape_(shape) {
  check_mpi(MPI_Comm_rank(comm_, &rank_));
  owned_.dimension = dimension;
}

} // namespace nadir
