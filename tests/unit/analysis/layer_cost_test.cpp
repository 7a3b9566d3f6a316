#include "nadir/analysis/layer_cost.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(LayerCost, CountsPointsAndExchanges) {
  const Extents box{1, 100, 200};
  const double points = 100 * 200 * seconds_per_point;
  EXPECT_DOUBLE_EQ(layer_seconds(box, {1, 1, 1}, 1), points);
  EXPECT_DOUBLE_EQ(layer_seconds(box, {1, 1, 1}, 4), points);
  // Two sides of 200 points, forward and back.
  const double once = 2 * (latency + 2 * 200 * 8 / bytes_per_second);
  EXPECT_DOUBLE_EQ(layer_seconds(box, {1, 3, 1}, 1), points + once);
  // Ghosts of 3 forward: 2 and 1 rows on each side are computed again; back: 1 and 0.
  const double rows = ((104 + 102) / 2.0 + (102 + 100) / 2.0) / 2 * 200 * seconds_per_point;
  const double sent = 2 * latency + (3 + 2 * 2) * 2 * 200 * 8 / bytes_per_second;
  EXPECT_DOUBLE_EQ(layer_seconds(box, {1, 3, 1}, 2), rows + sent / 2);
}

} // namespace
} // namespace nadir
