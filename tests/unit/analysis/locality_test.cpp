#include "nadir/analysis/locality.hpp"

#include "nadir/base/hashed_random.hpp"

#include "../support/matrices.hpp"

#include <gtest/gtest.h>

using namespace nadir;
using namespace nadir::test;

namespace {

DistanceProfile profile_on_ring(std::int64_t n, const std::function<double(double)>& f) {
  const auto weights = ring_matrix(n, 1.0, f);
  return distance_profile({closed_lattice({n}, {1.0}), weights});
}

TEST(Locality, SharesGrowWithTheDistance) {
  // 2 at the point itself, 1 at each of two neighbours, 0 elsewhere.
  const auto profile = profile_on_ring(12, [](double r) {
    return r == 0 ? 2.0 : r == 1 ? 1.0 : 0.0;
  });
  const std::array distances{0.0, 1.0, 3.0};
  const Locality shares = locality_of(profile, distances);
  EXPECT_NEAR(shares.absolute[0], 0.5, 1e-15);
  EXPECT_NEAR(shares.squared[0], 4.0 / 6, 1e-15);
  EXPECT_NEAR(shares.absolute[1], 1.0, 1e-15);
  EXPECT_NEAR(shares.absolute[2], 1.0, 1e-15);
  EXPECT_EQ(radius_of_share(profile, 0.5), 0.0);
  EXPECT_EQ(radius_of_share(profile, 0.51), 1.0);
}

TEST(Locality, PowerLawsAreFoundWithTheirExponent) {
  for (const double s : {0.8, 2.0, 3.5, 4.0, 6.0}) {
    for (const double length : {0.5, 3.0}) {
      const auto law = fit_power_law(profile_on_ring(
          300, [&](double r) { return std::pow(1 + r * r / (length * length), -s / 2); }));
      ASSERT_TRUE(law) << s << ' ' << length;
      EXPECT_NEAR(law->exponent, s, 0.01) << s << ' ' << length;
    }
  }
}

TEST(Locality, OnlyMomentsBelowTheExponentLessTheDimensionExist) {
  const PowerLaw law{4.0, 0.0, 1.0};
  EXPECT_TRUE(law.has_moments(2, 1));
  EXPECT_FALSE(law.has_moments(3, 1)) << "grows like a logarithm";
  EXPECT_TRUE(law.has_moments(0, 3));
  EXPECT_FALSE(law.has_moments(0, 4));
}

TEST(Locality, OtherFallOffsAreNoPowerLaws) {
  EXPECT_FALSE(fit_power_law(profile_on_ring(200, [](double r) { return std::exp(-r / 6); })));
  EXPECT_FALSE(fit_power_law(profile_on_ring(200, [](double r) { return std::exp(-r * r / 50); })));
  EXPECT_FALSE(
      fit_power_law(profile_on_ring(200, [](double r) { return std::exp(-std::sqrt(r)); })));
  EXPECT_FALSE(fit_power_law(profile_on_ring(200, [](double) { return 1.0; })));
  EXPECT_FALSE(fit_power_law(profile_on_ring(200, [](double r) { return r < 3 ? 1.0 : 0.0; })));
  std::uint64_t place = 0;
  EXPECT_FALSE(
      fit_power_law(profile_on_ring(100, [&](double) { return hashed_number(1, place++); })));
}

TEST(Locality, PowerLawsShowInTheirNoiseAndInTwoDimensions) {
  std::uint64_t place = 0;
  const auto noisy = fit_power_law(profile_on_ring(200, [&](double r) {
    return std::pow(1 + r * r, -1.5) * (1 + 0.3 * hashed_number(2, place++));
  }));
  ASSERT_TRUE(noisy);
  EXPECT_NEAR(noisy->exponent, 3.0, 0.1);

  const Lattice plane = closed_lattice({24, 24}, {1.0, 1.0});
  std::vector<double> weights;
  for (std::int64_t i = 0; i < plane.points(); ++i)
    for (std::int64_t j = 0; j < plane.points(); ++j) {
      double square = 0;
      for (const int axis : {1, 2}) {
        const auto a = static_cast<std::size_t>(axis);
        square +=
            std::pow(static_cast<double>(
                         steps_between(plane, axis, plane.place(i)[a], plane.place(j)[a]).steps),
                     2);
      }
      weights.push_back(std::pow(1 + square, -2.5));
    }
  const auto law = fit_power_law(distance_profile({plane, weights}));
  ASSERT_TRUE(law);
  EXPECT_NEAR(law->exponent, 5.0, 0.2);
}

TEST(Locality, PointsAnywhereHaveDistancesToo) {
  const std::vector<double> coordinates{0, 0, 3, 4, 0, 0.5};
  const std::vector<double> weights{1, 2, 0, 0, 1, 0, 0, 0, 1};
  const auto profile = distance_profile(coordinates, 2, weights);
  EXPECT_DOUBLE_EQ(profile.farthest, 5.0);
  const std::array distances{0.0, 5.0};
  const Locality shares = locality_of(profile, distances);
  EXPECT_NEAR(shares.absolute[0], 3.0 / 5, 1e-15);
}

} // namespace
