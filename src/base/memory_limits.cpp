#include "nadir/base/memory_limits.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string_view>

namespace nadir {
namespace {

namespace fs = std::filesystem;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double least = 1.0; ///< where nothing is left: 0 would mean that nothing is known

/// A number alone in its file; infinite where there is none or "max".
double number_in(const fs::path& path) {
  std::ifstream file(path);
  double number = 0;
  return file >> number ? number : infinity;
}

/// The number behind a word; 0 where there is none.
double number_behind(const fs::path& path, std::string_view word) {
  std::ifstream file(path);
  double number = 0;
  for (std::string name; file >> name >> number;)
    if (name == word) return number;
  return 0;
}

/// How a version of control groups names its files.
struct Names {
  const char *limit, *soft_limit, *used, *cached;
};
constexpr Names version_1{"memory.limit_in_bytes", "", "memory.usage_in_bytes",
                          "total_inactive_file"};
constexpr Names version_2{"memory.max", "memory.high", "memory.current", "inactive_file"};

double room_of(const fs::path& group, const Names& names) {
  double limit = number_in(group / names.limit);
  if (*names.soft_limit) limit = std::min(limit, number_in(group / names.soft_limit));
  const double used = number_in(group / names.used);
  if (limit == infinity || used == infinity) return limit;
  // What is there of files makes room when it is needed.
  const double cached = std::min(used, number_behind(group / "memory.stat", names.cached));
  return std::max(least, limit - (used - cached));
}

/// The least of a group and those around it. In a container the group may be known by a path
/// outside: then it is the mount itself.
double room_up_to(const fs::path& mount, const std::string& group, const Names& names) {
  double room = room_of(mount, names);
  fs::path folder = mount;
  for (const fs::path& part : fs::path(group).relative_path()) {
    if (part == "..") continue;
    folder /= part;
    room = std::min(room, room_of(folder, names));
  }
  return room;
}

double room_below(rlim_t limit, double used) {
  return limit == RLIM_INFINITY ? infinity : std::max(least, static_cast<double>(limit) - used);
}

} // namespace

double process_memory_room() {
  std::ifstream statistics("/proc/self/statm");
  double size = 0, resident = 0, shared = 0, text = 0, libraries = 0, data = 0;
  statistics >> size >> resident >> shared >> text >> libraries >> data;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  rlimit space{RLIM_INFINITY, RLIM_INFINITY}, data_limit = space;
  getrlimit(RLIMIT_AS, &space);
  getrlimit(RLIMIT_DATA, &data_limit);
  return std::min(room_below(space.rlim_cur, size * page),
                  room_below(data_limit.rlim_cur, data * page));
}

double control_group_room(const std::string& own_groups, const std::string& mount) {
  double room = infinity;
  std::ifstream groups(own_groups);
  for (std::string line; std::getline(groups, line);) { // number:controllers:path
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string controllers = line.substr(first, second - first) + ',';
    const std::string group = line.substr(second + 1);
    if (controllers == ":,") room = std::min(room, room_up_to(mount, group, version_2));
    if (controllers.find(":memory,") != line.npos || controllers.find(",memory,") != line.npos)
      room = std::min(room, room_up_to(fs::path(mount) / "memory", group, version_1));
  }
  return room;
}

} // namespace nadir
