#include "nadir/base/memory.hpp"

#include "nadir/base/memory_limits.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace nadir {
namespace {

/// Linux's own number in bytes, by a way of its own.
double entry(const std::string& name) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name)) return 1024 * std::stod(line.substr(name.size()));
  return 0;
}

TEST(FreeMemory, IsBelowWhatTheNodeHasAndWhatThisProcessMayTake) {
  const double free = free_memory();
  EXPECT_GT(free, 0);
  EXPECT_LE(free, entry("MemTotal:"));
  EXPECT_LE(free, 1.01 * control_group_room() + (1 << 26)); // others take and give back meanwhile
}

} // namespace
} // namespace nadir
