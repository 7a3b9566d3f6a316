#include "nadir/base/traffic.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(Traffic, IsWhatWasCountedBetweenTwoLooks) {
  const Traffic before = traffic_sent();
  count_sent(1, 10);
  count_sent(3, 6);
  const Traffic sent = traffic_sent() - before;
  EXPECT_EQ(sent.messages, 4);
  EXPECT_EQ(sent.bytes, 8 * 16);
}

} // namespace
} // namespace nadir
