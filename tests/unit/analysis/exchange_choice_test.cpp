#include "nadir/analysis/exchange_choice.hpp"

#include "nadir/analysis/layer_cost.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

Case shared_layers(std::vector<std::int64_t> shape) {
  const std::vector<BoundaryCase> boundary(shape.size(), test::periodic);
  Case c = test::small_case(std::move(shape), boundary);
  test::train_all(c, true, false);
  c.network.layers = 100;
  return c;
}

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

TEST(ExchangeChoice, ManyLayersShareOneWhereBoxesAreSmall) {
  EXPECT_GE(choose_layers_per_exchange(shared_layers({4096}), 16, 1), 4);
  EXPECT_GE(choose_layers_per_exchange(shared_layers({128, 128}), 16, 1), 2);
  EXPECT_EQ(choose_layers_per_exchange(shared_layers({4096, 4096}), 16, 1), 1);
  EXPECT_EQ(choose_layers_per_exchange(shared_layers({256, 256, 256}), 16, 1), 1);
}

TEST(ExchangeChoice, BoxesAndLayersLimitIt) {
  Case c = shared_layers({40, 12});
  // Rows are cut in pieces of 10: ghosts of 9 are those of 5 layers.
  EXPECT_EQ(most_layers_per_exchange(c, 4, 1), 5);
  // Each of two groups of two ranks cuts them in pieces of 20, but all together still in those.
  EXPECT_EQ(most_layers_per_exchange(c, 4, 2), 5);
  c.network.layers = 3;
  EXPECT_EQ(most_layers_per_exchange(c, 4, 1), 3);
  c.run.layers_per_exchange = 2;
  EXPECT_EQ(choose_layers_per_exchange(c, 4, 1), 2);
  c.run.layers_per_exchange = 1;
  EXPECT_EQ(choose_layers_per_exchange(c, 4, 1), 1);
}

TEST(ExchangeChoice, SomeCasesCannot) {
  const Case c = shared_layers({4096});
  EXPECT_TRUE(may_share_exchanges(c, 4, 1));
  EXPECT_FALSE(may_share_exchanges(c, 1, 1));
  EXPECT_FALSE(may_share_exchanges(c, 4, 4)); // nothing is cut
  Case by_layer = c;
  by_layer.network.bias.varies_layer = true;
  Case wide = test::stencil_case({4096}, {test::periodic}, 2);
  Case scheme = c;
  scheme.network.scheme = SchemeKind::rk4;
  Case attractor = c;
  attractor.network.attractor = true;
  for (const Case& no : {by_layer, wide, scheme, attractor}) {
    EXPECT_FALSE(may_share_exchanges(no, 4, 1));
    EXPECT_EQ(choose_layers_per_exchange(no, 4, 1), 1);
  }
}

} // namespace
} // namespace nadir
