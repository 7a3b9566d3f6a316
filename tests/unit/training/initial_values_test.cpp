#include "nadir/training/initial_values.hpp"

#include "nadir/base/error.hpp"

#include "support/cases.hpp"
#include "support/files.hpp"
#include "support/input_file.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

Case initial_case() {
  Case c = test::small_case({4, 6}, {test::periodic, test::reflect});
  c.network.layers = 2;
  return c;
}

/// 0, 1, 2, ... by block and global index.
double counted(std::int64_t block, std::int64_t index) {
  return static_cast<double>(24 * block + index);
}

TEST(InitialValues, NumbersByComponentWhereverTheyVary) {
  Case c = initial_case();
  c.kernel["advection"] = test::trained({0.1, 0.2}, true, true);
  c.network.bias = test::fixed({0.3});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Coefficients coefficients = initial_coefficients(grid, c);
  const ParameterValues& U = coefficients["advection"];
  ASSERT_EQ(U.blocks(), 4);
  test::for_points(grid, [&](auto z, auto y, auto x, auto) {
    for (std::int64_t layer = 0; layer < 2; ++layer)
      for (std::int64_t a = 0; a < 2; ++a)
        EXPECT_EQ(U.block(U.block_index(layer, a))[U.layout().index(z, y, x)],
                  0.1 * static_cast<double>(a + 1));
  });
  EXPECT_EQ(*coefficients["bias"].block(0), 0.3);
}

/// The same at every point on any number of ranks, and other at each, within the bounds.
TEST(InitialValues, NoiseByGlobalIndex) {
  Case c = initial_case();
  c.kernel["reaction"] = test::trained({0.1}, true, true);
  c.kernel["reaction"].noise = {0.2, 5};
  c.kernel["reaction"].bounds = {-0.1, 0.3};
  const Grid grid(MPI_COMM_WORLD, c.grid), alone(MPI_COMM_SELF, c.grid);
  const Coefficients here = initial_coefficients(grid, c), all = initial_coefficients(alone, c);
  const ParameterValues &mine = here["reaction"], &whole = all["reaction"];
  test::for_points(grid, [&](auto z, auto y, auto x, auto) {
    for (std::int64_t k = 0; k < 2; ++k) {
      const double value = mine.block(k)[mine.layout().index(z, y, x)];
      EXPECT_EQ(
          value,
          whole.block(k)[whole.layout().index(grid.owned().start[0] + z, grid.owned().start[1] + y,
                                              grid.owned().start[2] + x)]);
      EXPECT_NE(value, 0.1);
      EXPECT_GE(value, -0.1);
      EXPECT_LE(value, 0.3);
    }
  });
  EXPECT_NE(whole.block(0)[whole.layout().index(0, 0, 0)],
            whole.block(1)[whole.layout().index(0, 0, 0)]);
}

class InitialFiles : public testing::Test {
 protected:
  void write(const std::vector<hsize_t>& extents, std::size_t numbers) const {
    test::InputFile file(path);
    file.dataset("p", extents, H5T_IEEE_F64LE, test::counting(numbers));
  }
  static std::string refusal(const Case& c) {
    const Grid grid(MPI_COMM_WORLD, c.grid);
    try {
      initial_coefficients(grid, c);
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing was thrown";
  }

  test::Folder folder;
  const std::string path = folder / "start.h5";
};

TEST_F(InitialFiles, EveryRankReadsItsBox) {
  write({2, 2, 4, 6}, 96);
  Case c = initial_case();
  c.kernel["advection"] = test::trained({0.0, 0.0}, true, true);
  c.kernel["advection"].init_file = {path, "p"};
  const Grid grid(MPI_COMM_WORLD, c.grid);
  std::vector<DataRead> read;
  const Coefficients coefficients = initial_coefficients(grid, c, &read);
  const ParameterValues& U = coefficients["advection"];
  test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t index) {
    for (std::int64_t k = 0; k < 4; ++k)
      EXPECT_EQ(U.block(k)[U.layout().index(z, y, x)], counted(k, index));
  });
  EXPECT_EQ(read.size(), 1U);
}

TEST_F(InitialFiles, NumbersByLayerAreTheSameOnAllRanks) {
  write({2}, 2);
  Case c = initial_case();
  c.network.bias = test::trained({0.0}, false, true);
  c.network.bias.init_file = {path, "p"};
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Coefficients coefficients = initial_coefficients(grid, c);
  EXPECT_EQ(*coefficients["bias"].block(0), 0.0);
  EXPECT_EQ(*coefficients["bias"].block(1), 1.0);
}

TEST_F(InitialFiles, ValuesOutsideTheirBoundsAreCounted) {
  write({4, 6}, 24);
  Case c = initial_case();
  c.kernel["reaction"] = test::trained({0.0}, true, false);
  c.kernel["reaction"].init_file = {path, "p"};
  c.kernel["reaction"].bounds = {{2.0, 20.0}};
  EXPECT_TRUE(refusal(c).ends_with("kernel.reaction.init: 5 values of the file lie outside the "
                                   "bounds [2, 20]"))
      << refusal(c);
  c = test::gaussian_case({4, 6}, {test::periodic, test::reflect}, 1);
  c.kernel["width"] = test::trained({1.0}, true, false);
  c.kernel["width"].init_file = {path, "p"};
  EXPECT_NE(refusal(c).find("kernel.width.init: 1 values of the file are not above 0"),
            std::string::npos)
      << refusal(c);
}

TEST_F(InitialFiles, AnotherShapeIsRefused) {
  write({6, 4}, 24);
  Case c = initial_case();
  c.kernel["reaction"] = test::trained({0.0}, true, false);
  c.kernel["reaction"].init_file = {path, "p"};
  EXPECT_EQ(refusal(c), path + ": p: a box reaches beyond the dataset");
}

} // namespace
} // namespace nadir
