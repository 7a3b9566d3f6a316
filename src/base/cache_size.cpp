#include "nadir/base/cache_size.hpp"

#include <fstream>
#include <string>

namespace nadir {
namespace {

/// A cache as Linux tells of it; all 0 where it does not.
struct ToldCache {
  std::int64_t bytes = 0, cores = 0; ///< how many cores share it
  std::int64_t of_one_core() const { return cores > 0 ? bytes / cores : 0; }
};

/// How many there are in a list such as "0-3,8,10-11".
std::int64_t count_of_list(std::istream& list) {
  std::int64_t count = 0, first = 0;
  while (list >> first) {
    std::int64_t last = first;
    if (list.peek() == '-') list.ignore() >> last;
    count += last - first + 1;
    if (list.peek() != ',') break;
    list.ignore();
  }
  return count;
}

ToldCache told_cache(int level) {
  const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(level);
  std::ifstream size(folder + "/size"), shared(folder + "/shared_cpu_list");
  std::int64_t kib = 0; // "2048K"
  if (!(size >> kib)) return {};
  return {1024 * kib, count_of_list(shared)};
}

} // namespace

std::int64_t cache_of_core() {
  const std::int64_t second = told_cache(2).of_one_core(), last = told_cache(3).of_one_core();
  return second + last > 0 ? second + last : usual_cache;
}

} // namespace nadir
