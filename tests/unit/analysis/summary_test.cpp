#include "nadir/analysis/summary.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace nadir {
namespace {

TEST(Summary, RangesRunOverPointsAndLayers) {
  Case c = test::small_case({6, 7}, {test::periodic, test::reflect});
  c.kernel["reaction"] = test::trained({0.0}, true, true);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients values(grid, c, Coefficients::Content::values);
  ParameterValues& R = values["reaction"];
  for (std::int64_t l = 0; l < 3; ++l) {
    test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t index) {
      R.block(l)[R.layout().index(z, y, x)] = static_cast<double>(100 * l + index);
    });
  }
  const Range range = range_of(grid, R, 0);
  EXPECT_EQ(range.minimum, 0.0);
  EXPECT_EQ(range.maximum, 241.0);
  EXPECT_NEAR(range.mean, 100 + 20.5, 1e-12);
}

TEST(Summary, NoMeanBeyondTheExtremes) {
  constexpr double largest = std::numeric_limits<double>::max();
  Case c = test::small_case({6, 7}, {test::periodic, test::reflect});
  c.network.layers = 3;
  c.kernel["reaction"] = test::trained({0.0}, false, true);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients values(grid, c, Coefficients::Content::values);
  ParameterValues& R = values["reaction"];
  const auto mean_of = [&](double value) {
    for (std::int64_t l = 0; l < 3; ++l) R.block(l)[0] = value;
    return range_of(grid, R, 0).mean;
  };
  for (const double value : {largest, -largest, 0.1, 1 / 3.0}) EXPECT_EQ(mean_of(value), value);
}

std::vector<std::string> names_of(const ModelSpec& model, std::string_view parameter) {
  const ParameterSet all(model);
  return all.component_names(all[parameter]);
}

TEST(Summary, ComponentsAreNamedByAxes) {
  const Case full = test::small_case({6, 7, 8}, {test::periodic, test::periodic, test::periodic},
                                     DiffusionTensor::full);
  EXPECT_EQ(names_of(full, "advection"), (std::vector<std::string>{"z", "y", "x"}));
  EXPECT_EQ(names_of(full, "diffusion"),
            (std::vector<std::string>{"zz", "zy", "zx", "yy", "yx", "xx"}));
  const Case diagonal =
      test::small_case({6, 7}, {test::periodic, test::periodic}, DiffusionTensor::diagonal);
  EXPECT_EQ(names_of(diagonal, "diffusion"), (std::vector<std::string>{"yy", "xx"}));
  EXPECT_TRUE(names_of(diagonal, "bias").empty());
}

TEST(Summary, TheTableTellsTrainedFromFixed) {
  Case c = test::small_case({6, 7}, {test::periodic, test::reflect});
  c.kernel["diffusion"] = test::trained({0.3}, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const std::string table =
      parameter_table(grid, ParameterSet(c), test::random_coefficients(grid, c, 0.0));
  EXPECT_NE(table.find("0.3, mean 0.3  (trained, by space)"), std::string::npos) << table;
  EXPECT_NE(table.find("U_x            0.15  (fixed)"), std::string::npos) << table;
}

} // namespace
} // namespace nadir
