#include "nadir/training/make_network.hpp"

#include "nadir/attractor/equilibrium_model.hpp"
#include "nadir/network/chain.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(MakeNetwork, IsAChainOrTheStepToAnAttractor) {
  Case c = test::small_case({8, 6}, {test::periodic, test::reflect});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const auto chain = make_network(grid, c, 1, LayerPlan{});
  EXPECT_NE(dynamic_cast<Chain*>(chain.get()), nullptr);
  EXPECT_EQ(chain->layers(), 3);
  c.network.attractor = true;
  c.network.layers = 1;
  const auto step = make_network(grid, c, 1, LayerPlan{});
  EXPECT_NE(dynamic_cast<EquilibriumModel*>(step.get()), nullptr);
  EXPECT_EQ(step->layers(), 1);
}

} // namespace
} // namespace nadir
