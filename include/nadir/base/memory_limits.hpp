#pragma once

#include <string>

/// How much memory a process may still take, by the limits set on it. None throws.
namespace nadir {

/// Bytes that the limits of this process leave it (ulimit -v, ulimit -d); infinite without one,
/// never 0.
double process_memory_room();

/// Bytes that the control groups of this process leave it and all others in them: the least of its
/// own and those around it, versions 1 and 2 (Slurm, containers); infinite without a limit, never
/// 0. The arguments are where Linux tells of them.
double control_group_room(const std::string& own_groups = "/proc/self/cgroup",
                          const std::string& mount = "/sys/fs/cgroup");

} // namespace nadir
