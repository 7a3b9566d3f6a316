#include "nadir/training/sample_groups.hpp"

#include "nadir/training/make_network.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(SampleGroups, OneIsAllRanksWithTheirNetwork) {
  const Case c = test::small_case({24, 13}, {test::periodic, test::reflect});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Observations observations = test::random_observations(grid, c, 5);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  const auto network = make_network(grid, c);
  StatePlan plan;
  plan.per_leaf = 2;
  const SampleGroups groups(grid, c, observations, coefficients, *network, plan, {});
  EXPECT_EQ(&groups.network(), network.get());
  EXPECT_EQ(groups.leaves(), 3); // of two samples, and one
}

} // namespace
} // namespace nadir
