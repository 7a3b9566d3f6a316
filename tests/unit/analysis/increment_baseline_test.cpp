#include "nadir/analysis/increment_baseline.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

/// A target whose increment is `e`, observed on the grid's rim and withheld inside, off by `noise`.
double baseline(const std::vector<double>& spacing, const std::function<double(double, double)>& e,
                double noise) {
  Case c = test::small_case({7, 9}, {test::reflect, test::reflect});
  c.grid.spacing = spacing;
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Observations o;
  o.samples = 1;
  o.points = grid.owned().points();
  Target t;
  test::for_points(grid, [&](auto, auto, auto, std::int64_t index) {
    const std::int64_t y = index / 9, x = index % 9;
    const bool rim = y == 0 || y == 6 || x == 0 || x == 8;
    const double increment = e(static_cast<double>(y), static_cast<double>(x));
    o.input.push_back(hashed_number(2, static_cast<std::uint64_t>(index)));
    t.y.push_back(o.input.back() + increment + (rim ? 0.0 : noise));
    t.used.push_back(rim);
    t.withheld.push_back(!rim);
  });
  t.used_total = 28;
  t.withheld_total = 35;
  o.targets.push_back(t);
  return increment_baseline_rms(grid, o, 0);
}

/// x^2 - y^2 and xy are harmonic for the five-point Laplacian too.
TEST(IncrementBaseline, ReproducesHarmonicIncrements) {
  const auto harmonic = [](double y, double x) {
    return 1.0 + x - 2 * y + x * y + 0.5 * (x * x - y * y);
  };
  EXPECT_NEAR(baseline({1.0, 1.0}, harmonic, 0.0), 0.0, 1e-7);
}

/// Not of one axis either: a height may be in metres or in kilometres.
TEST(IncrementBaseline, DoesNotDependOnTheUnitsOfTheAxes) {
  const auto bent = [](double y, double x) { return std::sin(0.4 * y) * std::cos(0.5 * x) + x; };
  const double expected = baseline({1.0, 1.0}, bent, 0.0);
  EXPECT_GT(expected, 0.01);
  for (const auto& spacing : std::vector<std::vector<double>>{
           {0.5, 2.0}, {1e3, 1.0}, {1.0, 1e3}, {1e-3, 1e-3}, {50.0, 50.0}})
    // Multigrid sums in no fixed order, so not to the last bit.
    EXPECT_NEAR(baseline(spacing, bent, 0.0), expected, 1e-9) << spacing[0] << ", " << spacing[1];
}

/// Where a sample has nothing observed, nothing is known of its increment: output = input.
TEST(IncrementBaseline, IsPersistenceWithoutObservations) {
  const Case c = test::small_case({7, 9}, {test::reflect, test::periodic});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Observations o;
  o.samples = 1;
  o.points = grid.owned().points();
  const auto points = static_cast<std::size_t>(o.points);
  o.input.assign(points, 1.0);
  Target t;
  t.y.assign(points, 1.5);
  t.used.assign(points, 0);
  t.withheld.assign(points, 1);
  t.withheld_total = grid.points();
  o.targets.push_back(t);
  EXPECT_DOUBLE_EQ(increment_baseline_rms(grid, o, 0), 0.5);
}

TEST(IncrementBaseline, MeasuresTheErrorAtWithheldPoints) {
  EXPECT_NEAR(baseline(
                  {1.0, 1.0}, [](double, double) { return 0.3; }, 0.25),
              0.25, 1e-9);
}

} // namespace
} // namespace nadir
