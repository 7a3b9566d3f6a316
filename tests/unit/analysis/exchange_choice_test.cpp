#include "nadir/analysis/exchange_choice.hpp"

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
