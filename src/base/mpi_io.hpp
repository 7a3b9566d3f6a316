#pragma once

#include <mpi.h>

/// MPI-IO as Open MPI has it, which other MPIs ignore.
namespace nadir {

/// Before MPI_Init: leaves out what Open MPI prepares for shared file pointers, which nobody here
/// uses. It keeps paths in buffers of 256 bytes and ends the process where they are longer, or
/// complains. A choice in the environment stands.
void prepare_mpi_io();

/// After MPI_Init: whether files can be opened at all. A wrong name in OMPI_MCA_io or its like ends
/// the process in Open MPI otherwise, at the second file. Throws InputError, the same on all ranks.
/// Collective.
void check_mpi_io(MPI_Comm comm);

} // namespace nadir
