#include "nadir/plan/groups.hpp"

#include "nadir/plan/layer_cost.hpp"
#include "nadir/plan/memory.hpp"

#include "support/workloads.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

Workload fields_of_shape(const std::vector<std::int64_t>& shape, std::int64_t samples,
                         bool by_layer = false) {
  Workload w = test::small_workload(shape);
  test::train_all(w, true, by_layer);
  w.layers = 16;
  w.samples = samples;
  return w;
}

TEST(Groups, DivideRanksAndHaveWork) {
  const auto square = [](std::int64_t samples, bool by_layer = false) {
    return fields_of_shape({64, 64}, samples, by_layer);
  };
  EXPECT_EQ(possible_groups(square(100), 12), (std::vector{1, 2, 3, 4, 6, 12}));
  EXPECT_EQ(possible_groups(square(5), 12), (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(possible_groups(square(1), 7), (std::vector{1}));
  // Eight samples go together where every field varies by layer.
  EXPECT_EQ(possible_groups(square(16, true), 12), (std::vector{1, 2}));
  // 5 points cannot be cut among 8 ranks.
  EXPECT_EQ(possible_groups(fields_of_shape({5}, 100), 8), (std::vector{2, 4, 8}));
}

TEST(Groups, SmallGridsAreNotCutAndLargeOnesAre) {
  EXPECT_EQ(preferred_groups(fields_of_shape({32, 32}, 64), 16).front(), 16);
  EXPECT_EQ(preferred_groups(fields_of_shape({4096, 4096}, 64), 16).front(), 1);
  EXPECT_EQ(preferred_groups(fields_of_shape({32, 32}, 1), 16).front(), 1);
  // Three samples keep at most three of four groups busy, two of two hardly more than one.
  EXPECT_NE(preferred_groups(fields_of_shape({512, 512}, 3), 4).front(), 4);
}

TEST(Groups, AWishIsObeyed) {
  Workload w = fields_of_shape({4096, 4096}, 64);
  w.wishes.sample_groups = 4;
  EXPECT_EQ(preferred_groups(w, 16), (std::vector{4}));
}

TEST(Groups, ModelCountsChainsAndMessages) {
  const Workload w = fields_of_shape({1000, 1000}, 8);
  const double alone = predicted_seconds(w, 1, 1);
  EXPECT_NEAR(alone, 8 * 16 * 1e6 * seconds_per_point, 1e-9);
  EXPECT_GT(predicted_seconds(w, 4, 1), alone / 4);
  EXPECT_GT(predicted_seconds(w, 4, 4), alone / 4);
  const Workload nine = fields_of_shape({1000, 1000}, 9); // one group has 3
  EXPECT_GT(predicted_seconds(nine, 4, 4), 1.4 * predicted_seconds(w, 4, 4));
}

TEST(Groups, AGroupNeedsStatesOfTheWholeGridAndSharesTheControl) {
  Workload w = fields_of_shape({400, 400}, 8);
  w.purpose = Purpose::train;
  StatePlan plan;
  const auto part = [&](const Boxes& boxes, const std::string& name) {
    for (const auto& each : estimate_memory(w, boxes, {}, plan).parts)
      if (each.name == name) return each.bytes;
    return -1.0;
  };
  const Boxes cut(Extents{1, 200, 200}), shared(Extents{1, 200, 200}, Extents{1, 400, 400});
  const double states = part(cut, "states"), optimiser = part(cut, "optimiser");
  EXPECT_EQ(part(cut, "shared samples"), 0.0);
  plan.groups = 4;
  EXPECT_NEAR(part(shared, "states") / states, 4.0, 0.1);
  EXPECT_EQ(part(shared, "optimiser"), optimiser);
  EXPECT_GT(part(shared, "shared samples"), 0.0);
}

} // namespace
} // namespace nadir
