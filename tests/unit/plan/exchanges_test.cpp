#include "nadir/plan/exchanges.hpp"

#include "support/workloads.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

Workload shared_layers(const std::vector<std::int64_t>& shape) {
  Workload w = test::small_workload(shape);
  test::train_all(w, true, false);
  w.layers = 100;
  return w;
}

TEST(Exchanges, ManyLayersShareOneWhereBoxesAreSmall) {
  EXPECT_GE(choose_layers_per_exchange(shared_layers({4096}), 16, 1), 4);
  EXPECT_GE(choose_layers_per_exchange(shared_layers({128, 128}), 16, 1), 2);
  EXPECT_EQ(choose_layers_per_exchange(shared_layers({4096, 4096}), 16, 1), 1);
  EXPECT_EQ(choose_layers_per_exchange(shared_layers({256, 256, 256}), 16, 1), 1);
}

TEST(Exchanges, BoxesAndLayersLimitThem) {
  Workload w = shared_layers({40, 12});
  // Rows are cut in pieces of 10: ghosts of 9 are those of 5 layers.
  EXPECT_EQ(most_layers_per_exchange(w, 4, 1), 5);
  // Each of two groups of two ranks cuts them in pieces of 20, but all together still in those.
  EXPECT_EQ(most_layers_per_exchange(w, 4, 2), 5);
  w.layers = 3;
  EXPECT_EQ(most_layers_per_exchange(w, 4, 1), 3);
  w.wishes.layers_per_exchange = 2;
  EXPECT_EQ(choose_layers_per_exchange(w, 4, 1), 2);
  w.wishes.layers_per_exchange = 1;
  EXPECT_EQ(choose_layers_per_exchange(w, 4, 1), 1);
}

TEST(Exchanges, SomeLayersCannotShareThem) {
  const Workload w = shared_layers({4096});
  EXPECT_TRUE(may_share_exchanges(w, 4, 1));
  EXPECT_FALSE(may_share_exchanges(w, 1, 1));
  EXPECT_FALSE(may_share_exchanges(w, 4, 4)); // nothing is cut
  Workload apart = w, wide = w, pointwise = w, attractor = w;
  apart.together = false;
  wide.reach = {2, 4};
  pointwise.reach = {0, 0};
  attractor.attractor = true;
  for (const Workload& no : {apart, wide, pointwise, attractor}) {
    EXPECT_FALSE(may_share_exchanges(no, 4, 1));
    EXPECT_EQ(choose_layers_per_exchange(no, 4, 1), 1);
  }
}

} // namespace
} // namespace nadir
