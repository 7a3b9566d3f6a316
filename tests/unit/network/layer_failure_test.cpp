#include "nadir/network/layer_failure.hpp"

#include "support/grids.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

TEST(LayerFailure, TheFirstOwnedPointOfTheEarliestLayerIsNoted) {
  const Grid grid = test::grid_of({6, 9}, BoundaryKind::reflect);
  const Layout layout(grid, 2);
  Field z(layout);
  const Box all{2, {0, -2, -2}, {1, layout.count[1] + 4, layout.count[2] + 4}};
  std::optional<LayerFailure> first;
  z.at(0, -1, 0) = std::nan(""); // a ghost is somebody else's
  note_non_finite(grid, layout, all, z.data(), 3, first);
  EXPECT_FALSE(first);
  z.at(0, 1, 1) = -std::numeric_limits<double>::infinity();
  note_non_finite(grid, layout, all, z.data(), 3, first);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->layer, 3);
  EXPECT_EQ(first->point, grid.global_index(0, 1, 1));
  z.at(0, 0, 1) = std::nan("");
  note_non_finite(grid, layout, all, z.data(), 4, first);
  EXPECT_EQ(first->point, grid.global_index(0, 1, 1)) << "of a later layer";
  note_non_finite(grid, layout, all, z.data(), 3, first);
  EXPECT_EQ(first->point, grid.global_index(0, 0, 1)) << "before it in the same layer";
  const Box right{2, {0, 0, 2}, {1, 1, 1}};
  std::optional<LayerFailure> none;
  note_non_finite(grid, layout, right, z.data(), 3, none);
  EXPECT_FALSE(none) << "outside the box";
}

std::string failure_of(const Grid& grid, std::int64_t sample,
                       const std::optional<LayerFailure>& mine) {
  try {
    throw_if_not_finite(grid, sample, mine);
  } catch (const NoState& error) {
    return std::string("no state: ") + error.what();
  } catch (const NumericsError& error) {
    return error.what();
  }
  return {};
}

TEST(LayerFailure, AllRanksNameTheFirstPlaceOfAll) {
  const Grid grid = test::grid_of({6, 9}, BoundaryKind::reflect);
  EXPECT_EQ(failure_of(grid, 0, std::nullopt), "");
  // Later ranks failed in earlier samples.
  const std::int64_t rank = test::world_rank(), last = test::world_size() - 1;
  EXPECT_EQ(failure_of(grid, last - rank, LayerFailure{7, 9 * rank + 3}),
            "the state is not finite: sample 0, layer 7, point (y, x) = (" + std::to_string(last) +
                ", 3)");
  // One rank alone.
  EXPECT_EQ(failure_of(grid, 2, rank == last ? std::optional(LayerFailure{4, 53}) : std::nullopt),
            "the state is not finite: sample 2, layer 4, point (y, x) = (5, 8)");
}

TEST(LayerFailure, AReasonIsToldInstead) {
  const Grid grid = test::grid_of({4, 5, 6}, BoundaryKind::periodic);
  EXPECT_EQ(failure_of(grid, 3, LayerFailure{2, 0, "it was not solved"}),
            "no state: sample 3, layer 2: it was not solved");
  EXPECT_EQ(failure_of(grid, 3, LayerFailure{0, 0, "no attractor was found"}),
            "no state: sample 3: no attractor was found");
  EXPECT_EQ(failure_of(grid, 1, LayerFailure{1, 5 * 6 + 6 + 2}),
            "the state is not finite: sample 1, layer 1, point (z, y, x) = (1, 1, 2)");
}

} // namespace
} // namespace nadir
