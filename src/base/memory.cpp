#include "nadir/base/memory.hpp"

#include "nadir/base/memory_limits.hpp"

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

} // namespace

double free_memory() {
  return std::min({entry_of("/proc/meminfo", "MemAvailable:", 1024), control_group_room(),
                   process_memory_room()});
}

} // namespace nadir
