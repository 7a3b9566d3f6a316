#include "nadir/network/state_store.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(StateStore, KeepAllKeepsEveryLayerAndKeepTwoTheLastTwo) {
  const Case c = test::small_case({6, 7}, {test::periodic, test::reflect});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Layout layout(grid, 1);
  RevolvedStates all(layout, all_kept(5));
  LastTwoStates two(layout);
  for (std::int64_t l = 0; l <= 5; ++l) {
    all.write(l)[3] = static_cast<double>(l);
    two.write(l)[3] = static_cast<double>(l);
    EXPECT_EQ(two.read(l)[3], static_cast<double>(l));
    if (l > 0) {
      EXPECT_EQ(two.read(l - 1)[3], static_cast<double>(l - 1));
    }
  }
  for (std::int64_t l = 0; l <= 5; ++l) EXPECT_EQ(all.read(l)[3], static_cast<double>(l));
}

} // namespace
} // namespace nadir
