#include "nadir/base/log.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(Log, BytesAndDurationsAreReadable) {
  EXPECT_EQ(bytes_text(512), "512 B");
  EXPECT_EQ(bytes_text(1536), "1.50 KiB");
  EXPECT_EQ(bytes_text(3.5 * 1024 * 1024 * 1024), "3.50 GiB");
  EXPECT_EQ(duration_text(12.34), "12.3 s");
  EXPECT_EQ(duration_text(3725), "1:02:05");
  EXPECT_EQ(duration_text(-1), "?");
  EXPECT_EQ(formatted("%d of %s", 3, "four"), "3 of four");
}

} // namespace
} // namespace nadir
