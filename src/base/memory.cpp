#include "nadir/base/memory.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace nadir {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// The number behind a word of a file of words and numbers, times `unit`.
double entry_of(const char* path, const std::string& wanted, double unit) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    double value = 0;
    if (word == wanted && file >> value) return unit * value;
  }
  return unlimited;
}

double number_in(const char* path) {
  std::ifstream file(path);
  double number = 0;
  return file >> number ? number : unlimited; // "max" means no limit
}

/// What the control group leaves; files it holds make room when it is needed.
double left_by_group() {
  const double limit = number_in("/sys/fs/cgroup/memory.max");
  const double used = number_in("/sys/fs/cgroup/memory.current");
  if (limit == unlimited || used == unlimited) return unlimited;
  const double files = entry_of("/sys/fs/cgroup/memory.stat", "inactive_file", 1);
  return std::max(0.0, limit - used + (files < used ? files : 0));
}

/// What `ulimit -v` leaves.
double left_by_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
  const double used = entry_of("/proc/self/status", "VmSize:", 1024);
  return std::max(0.0, static_cast<double>(limit.rlim_cur) - (used < unlimited ? used : 0));
}

} // namespace

double free_memory() {
  return std::min(
      {entry_of("/proc/meminfo", "MemAvailable:", 1024), left_by_group(), left_by_limit()});
}

} // namespace nadir
