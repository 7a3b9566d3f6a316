#include "nadir/network/kept_blocks.hpp"

#include <gtest/gtest.h>

#include <set>

namespace nadir {
namespace {

/// A chain and its way back, whose states are only marks: what is kept, and the block that is held.
struct Walk {
  explicit Walk(const RevolvePlan& by) : plan(by), blocks(by) { blocks.start(); }

  void forward(std::int64_t first, std::int64_t last) {
    for (std::int64_t l = first + 1; l <= last; ++l) mark(l);
    computed += last - first;
  }
  void mark(std::int64_t l) {
    if (const auto place = blocks.place(l)) {
      EXPECT_LT(*place, static_cast<std::size_t>(plan.kept));
      there.insert(l);
    }
  }
  void back() {
    for (std::int64_t l = plan.layers; l > 0; --l) {
      const std::int64_t from = blocks.resume(l);
      EXPECT_LE(from, l);
      if (from < l) {
        EXPECT_TRUE(there.contains(from)) << from;
        forward(from, l);
      }
      EXPECT_LE(blocks.first_held(), blocks.first_of(l));
    }
  }

  RevolvePlan plan;
  KeptBlocks blocks;
  std::set<std::int64_t> there{0};
  std::int64_t computed = 0;
};

TEST(KeptBlocks, TheWayBackComputesWhatThePlanSays) {
  for (const std::int64_t layers : {1, 2, 7, 30, 64, 100}) {
    for (const std::int64_t states : {3, 4, 5, 9, 20, 101}) {
      Walk walk(plan_revolve(layers, states));
      walk.mark(0);
      walk.forward(0, layers);
      walk.back();
      EXPECT_EQ(walk.computed, walk.plan.forward) << layers << " layers, " << states << " states";
    }
  }
}

} // namespace
} // namespace nadir
