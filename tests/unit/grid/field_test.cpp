#include "nadir/grid/field.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace nadir
