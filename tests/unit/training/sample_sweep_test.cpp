#include "nadir/training/sample_sweep.hpp"

#include "nadir/training/make_network.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

Case sweep_case() { return test::small_case({6, 8}, {test::periodic, test::reflect}); }

/// This rank's misfit of some samples, without a gradient; `problem` gets what went wrong.
double misfit_of(const Case& c, const Grid& grid, Coefficients& coefficients,
                 const Observations& observations, std::int64_t* failed_sample = nullptr) {
  const auto network = make_network(grid, c, observations.samples);
  SampleSweep sweep(*network, coefficients, observations, c, StatePlan());
  BufferedSum misfit;
  sweep.run(misfit, nullptr, 0, {});
  EXPECT_EQ(sweep.problem().has_value(), failed_sample != nullptr);
  if (failed_sample) *failed_sample = sweep.problem_sample();
  return misfit.take().value();
}

/// One sample of several, with its targets.
Observations sample_of(const Observations& all, std::int64_t s) {
  const auto part = [&](const auto& values) {
    return std::remove_cvref_t<decltype(values)>(values.begin() + s * all.points,
                                                 values.begin() + (s + 1) * all.points);
  };
  Observations one;
  one.samples = 1;
  one.points = all.points;
  one.input = part(all.input);
  for (const Target& target : all.targets) {
    Target t = target;
    t.y = part(target.y);
    t.used = part(target.used);
    t.withheld = part(target.withheld);
    one.targets.push_back(std::move(t));
  }
  return one;
}

TEST(SampleSweep, MisfitIsTheSumOfThoseOfItsSamples) {
  const Case c = sweep_case();
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  coefficients.fill_ghosts();
  const Observations all = test::random_observations(grid, c, 5);
  double sum = 0;
  for (std::int64_t s = 0; s < 5; ++s) sum += misfit_of(c, grid, coefficients, sample_of(all, s));
  EXPECT_GT(sum, 0.01);
  EXPECT_NEAR(misfit_of(c, grid, coefficients, all), sum, 1e-13 * sum);
}

TEST(SampleSweep, NamesTheSampleThatBreaks) {
  const Case c = sweep_case();
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  coefficients.fill_ghosts();
  Observations all = test::random_observations(grid, c, 5);
  all.input[static_cast<std::size_t>(3 * all.points)] = std::nan(""); // on every rank
  std::int64_t failed = -1;
  misfit_of(c, grid, coefficients, all, &failed);
  EXPECT_EQ(failed, 3);
}

} // namespace
} // namespace nadir
