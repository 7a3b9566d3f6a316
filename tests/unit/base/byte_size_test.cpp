#include "nadir/base/byte_size.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(ByteSize, IsANumberAndAUnit) {
  EXPECT_EQ(size_in_bytes("1 B"), 1);
  EXPECT_EQ(size_in_bytes("1.5 KiB"), 1536);
  EXPECT_EQ(size_in_bytes("512GiB"), 512.0 * (1 << 30));
  EXPECT_EQ(size_in_bytes("2 TiB"), 2.0 * (1LL << 40));
}

TEST(ByteSize, OtherTextIsNone) {
  for (const char* text : {"", "GiB", "0 GiB", "-1 GiB", "1", "1 GB", "1  GiB", "1 GiB ", "nan B",
                           "inf B", "1e400 B", "1e300 TiB"})
    EXPECT_FALSE(size_in_bytes(text)) << text;
}

} // namespace
} // namespace nadir
