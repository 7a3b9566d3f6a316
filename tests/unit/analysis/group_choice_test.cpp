#include "nadir/analysis/group_choice.hpp"

#include "nadir/analysis/layer_cost.hpp"
#include "nadir/analysis/resources.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

Case case_of_shape(std::vector<std::int64_t> shape, bool by_layer = false) {
  const std::vector<BoundaryCase> boundary(shape.size(), test::periodic);
  Case c = test::small_case(std::move(shape), boundary);
  test::train_all(c, true, by_layer);
  c.network.layers = 16;
  return c;
}

TEST(GroupChoice, GroupsDivideRanksAndHaveWork) {
  const Case c = case_of_shape({64, 64});
  EXPECT_EQ(possible_groups(c, 12, 100), (std::vector{1, 2, 3, 4, 6, 12}));
  EXPECT_EQ(possible_groups(c, 12, 5), (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(possible_groups(c, 7, 1), (std::vector{1}));
  // Eight samples go together where every field varies by layer.
  EXPECT_EQ(possible_groups(case_of_shape({64, 64}, true), 12, 16), (std::vector{1, 2}));
  // 5 points cannot be cut among 8 ranks.
  EXPECT_EQ(possible_groups(case_of_shape({5}), 8, 100), (std::vector{2, 4, 8}));
}

TEST(GroupChoice, SmallGridsAreNotCutAndLargeOnesAre) {
  EXPECT_EQ(preferred_groups(case_of_shape({32, 32}), 16, 64).front(), 16);
  EXPECT_EQ(preferred_groups(case_of_shape({4096, 4096}), 16, 64).front(), 1);
  EXPECT_EQ(preferred_groups(case_of_shape({32, 32}), 16, 1).front(), 1);
  // Three samples keep at most three of four groups busy, two of two hardly more than one.
  EXPECT_NE(preferred_groups(case_of_shape({512, 512}), 4, 3).front(), 4);
}

TEST(GroupChoice, AWishIsObeyed) {
  Case c = case_of_shape({4096, 4096});
  c.run.sample_groups = 4;
  EXPECT_EQ(preferred_groups(c, 16, 64), (std::vector{4}));
}

TEST(GroupChoice, ModelCountsChainsAndMessages) {
  const Case c = case_of_shape({1000, 1000});
  const double alone = predicted_seconds(c, 1, 1, 8);
  EXPECT_NEAR(alone, 8 * 16 * 1e6 * seconds_per_point, 1e-9);
  EXPECT_GT(predicted_seconds(c, 4, 1, 8), alone / 4);
  EXPECT_GT(predicted_seconds(c, 4, 4, 8), alone / 4);
  EXPECT_GT(predicted_seconds(c, 4, 4, 9), 1.4 * predicted_seconds(c, 4, 4, 8)); // one has 3
}

TEST(GroupChoice, AGroupNeedsStatesOfTheWholeGridAndSharesTheControl) {
  const Case c = case_of_shape({400, 400});
  StatePlan plan;
  const auto part = [&](const Boxes& boxes, const std::string& name) {
    for (const auto& each : estimate_memory(c, boxes, 8, true, Workload::train, plan).parts)
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
