#include "nadir/grid/pencil_transpose.hpp"

#include "nadir/base/traffic.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <set>

namespace nadir {
namespace {

/// Every line comes once, as a whole and in order, and goes back where it was.
TEST(PencilTranspose, ComeWholeAndGoBack) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {17, 14}, {6, 5, 7}}) {
    const std::vector<BoundarySpec> boundary(shape.size(), test::reflect);
    const Grid grid(MPI_COMM_WORLD, test::small_case(shape, boundary).grid);
    const Layout layout(grid, 2);
    for (int axis = grid.first_axis(); axis < max_dimension; ++axis) {
      const auto a = static_cast<std::size_t>(axis);
      const std::int64_t stride = axis == 0   ? grid.shape()[1] * grid.shape()[2]
                                  : axis == 1 ? grid.shape()[2]
                                              : 1;
      Field field(layout);
      test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t index) {
        field.at(z, y, x) = static_cast<double>(index);
      });
      PencilTranspose lines(grid, layout, axis);
      EXPECT_EQ(lines.points(), grid.shape()[a]);
      std::set<double> first_points;
      const Traffic before = traffic_sent();
      lines.transform(field.data(), [&](double* line, std::int64_t count) {
        for (std::int64_t k = 0; k < count; ++k) {
          EXPECT_TRUE(first_points.insert(line[k]).second);
          for (std::int64_t i = 0; i < lines.points(); ++i) {
            EXPECT_EQ(line[i * count + k], line[k] + static_cast<double>(i * stride));
            if (i > 0) line[i * count + k] += 0.5 * static_cast<double>(i);
          }
        }
      });
      auto seen = static_cast<std::int64_t>(first_points.size());
      MPI_Allreduce(MPI_IN_PLACE, &seen, 1, MPI_INT64_T, MPI_SUM, grid.comm());
      EXPECT_EQ(seen, grid.points() / grid.shape()[a]);
      test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t index) {
        const std::int64_t i = index / stride % grid.shape()[a];
        EXPECT_EQ(field.at(z, y, x), static_cast<double>(index) + 0.5 * static_cast<double>(i));
      });
      EXPECT_EQ((traffic_sent() - before).messages > 0, grid.process_grid()[a] > 1);
    }
  }
}

} // namespace
} // namespace nadir
