#pragma once

#include "nadir/plan/plan.hpp"

#include <mpi.h>

namespace nadir {

/// The machine that the ranks of `comm` run on: their number, the memory that each may use and the
/// smallest of their caches. Collective.
Machine this_machine(MPI_Comm comm);

} // namespace nadir
