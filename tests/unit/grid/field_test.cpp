#include "nadir/grid/field.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace nadir {
namespace {

TEST(Field, PackAndUnpackAreInverse) {
  const Case c = test::small_case({5, 4, 6}, {test::periodic, test::reflect, test::periodic});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Field field(Layout(grid, 2));
  std::vector<double> packed(static_cast<std::size_t>(grid.owned().points())), again(packed.size());
  std::iota(packed.begin(), packed.end(), 1.0);
  unpack(field.layout(), packed.data(), field.data());
  EXPECT_EQ(field.at(0, 0, 0), 1.0);
  EXPECT_EQ(field.at(0, 0, -1), 0.0); // ghosts are left alone
  const Extents& n = grid.owned().count;
  EXPECT_EQ(field.at(n[0] - 1, n[1] - 1, n[2] - 1), packed.back());
  pack(field.layout(), field.data(), again.data());
  EXPECT_EQ(packed, again);
}

/// Every point and ghost has a place of its own in the array, however wide the ghosts.
TEST(Field, HasRoomForGhostsOfAnyWidth) {
  for (const int dimension : {1, 2, 3}) {
    for (const int width : {0, 1, 7, 8, 9, 23}) {
      const Extents owned{dimension > 2 ? 2 : 1, dimension > 1 ? 3 : 1, 5};
      const Layout layout(owned, dimension, width);
      std::vector<int> uses(layout.size(), 0);
      const Extents& g = layout.ghost;
      for (std::int64_t z = -g[0]; z < owned[0] + g[0]; ++z)
        for (std::int64_t y = -g[1]; y < owned[1] + g[1]; ++y)
          for (std::int64_t x = -g[2]; x < owned[2] + g[2]; ++x) {
            const std::ptrdiff_t at = layout.index(z, y, x);
            ASSERT_TRUE(at >= 0 && at < std::ssize(uses)) << width << ", " << dimension << "-D";
            ++uses[static_cast<std::size_t>(at)];
          }
      EXPECT_EQ(std::ranges::max(uses), 1);
      EXPECT_EQ(layout.index(0, 0, 0) % static_cast<std::ptrdiff_t>(aligned_doubles), 0);
    }
  }
}

} // namespace
} // namespace nadir
