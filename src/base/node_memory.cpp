#include "nadir/base/node_memory.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/memory_limits.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

namespace nadir {

double NodeMemory::per_rank() const {
  return std::min(available > 0 ? available / ranks : process, process);
}

NodeMemory node_memory(MPI_Comm comm) {
  NodeMemory memory;
  MPI_Comm node = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  check_mpi(MPI_Comm_size(node, &memory.ranks));
  check_mpi(MPI_Comm_free(&node));
  std::ifstream info("/proc/meminfo");
  for (std::string word; info >> word;) {
    double kib = 0;
    if (word == "MemAvailable:" && info >> kib) memory.available = 1024 * kib;
  }
  const double room = control_group_room();
  const bool limited = std::isfinite(room);
  if (limited && memory.available > 0) memory.available = std::min(memory.available, room);
  if (limited && memory.available == 0) memory.available = room;
  memory.process = process_memory_room();
  return memory;
}

} // namespace nadir
