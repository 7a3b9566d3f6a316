#include "nadir/base/cache_size.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(CacheSize, ThisMachineHasACache) { EXPECT_GT(cache_of_core(), 10 * 1024); }

} // namespace
} // namespace nadir
