#pragma once

#include <mpi.h>

#include <string>

/// A seal tells a file that is whole and as it was written from any other: 32 bytes behind its end,
/// a magic word, the length and a checksum of all before. HDF5 reads over it.
namespace nadir {

/// Appends a seal to a closed file; all ranks read a part of it for the checksum, which does not
/// depend on their number. Collective; all ranks throw the same SystemError or none does.
void seal_file(MPI_Comm comm, const std::string& path);

/// Why the file is not whole, in words, on all ranks; empty when it is. Collective.
std::string seal_problem(MPI_Comm comm, const std::string& path);

} // namespace nadir
