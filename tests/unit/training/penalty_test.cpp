#include "nadir/training/penalty.hpp"

#include "nadir/base/collective.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

/// R over a 4 x 5 grid, R = y + 10 x or so, with one penalty.
struct PenaltyOnR {
  Case c;
  explicit PenaltyOnR(const PenaltySpec& penalty, BoundarySpec boundary = test::reflect,
                      bool layer = false) {
    c = test::small_case({4, 5}, {boundary, boundary});
    c.kernel["reaction"] = test::trained({0.25}, true, layer);
    c.kernel["reaction"].penalty = penalty;
  }

  /// The penalty and, by central differences in one random direction, the relative gradient error.
  std::pair<double, double>
  evaluate(const std::function<double(std::int64_t, std::int64_t, std::int64_t)>& R) const {
    const Grid grid(MPI_COMM_WORLD, c.grid);
    const ControlSpace space(grid, c);
    Coefficients values(grid, c, Coefficients::Content::values);
    ParameterValues& field = values["reaction"];
    VecHandle initial = space.create(), x = space.create();
    check_petsc(VecSet(initial, 0.25));
    for (std::int64_t l = 0; l < field.layers(); ++l) {
      test::for_points(grid, [&](auto z, auto y, auto i, auto) {
        field.block(l)[field.layout().index(z, y, i)] =
            R(l, grid.owned().start[1] + y, grid.owned().start[2] + i);
      });
    }
    space.from_coefficients(values, x);
    Penalty penalty(grid, space, initial);
    const auto at = [&](double h, std::vector<double>* gradient) {
      const VecRead local(x);
      std::vector<double> moved(local.data(), local.data() + space.local_size());
      for (std::size_t k = 0; k < moved.size(); ++k) moved[k] += h * direction(grid, k);
      BufferedSum sum;
      penalty.add(moved.data(), gradient ? gradient->data() : nullptr, sum);
      return sum_over_ranks(grid.comm(), sum.take());
    };
    std::vector<double> gradient(static_cast<std::size_t>(space.local_size()), 0.0);
    const double value = at(0.0, &gradient);
    double product = 0;
    for (std::size_t k = 0; k < gradient.size(); ++k) product += gradient[k] * direction(grid, k);
    MPI_Allreduce(MPI_IN_PLACE, &product, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
    const double h = 1e-4, difference = (at(h, nullptr) - at(-h, nullptr)) / (2 * h);
    return {value, std::abs(product - difference) / std::abs(difference)};
  }
  static double direction(const Grid& grid, std::size_t k) {
    return hashed_number(9 + static_cast<std::uint64_t>(grid.rank()), k);
  }
};

double plane(std::int64_t, std::int64_t y, std::int64_t x) {
  return 1.0 + static_cast<double>(y) + 10.0 * static_cast<double>(x);
}

TEST(Penalty, L2IsTheDistanceFromTheStart) {
  const auto [value, error] = PenaltyOnR({.l2 = 2.0}).evaluate([](auto, auto, auto x) {
    return 0.25 + 0.1 * static_cast<double>(x);
  });
  EXPECT_NEAR(value, 2.0 * 4 * 0.01 * (1 + 4 + 9 + 16), 1e-13);
  EXPECT_LT(error, 1e-8);
}

TEST(Penalty, H1CountsEveryPairOnce) {
  const auto [value, error] = PenaltyOnR({.h1 = 0.5}).evaluate(plane);
  EXPECT_NEAR(value, 0.5 * (3 * 5 * 1 + 4 * 4 * 100), 1e-10); // 3 x 5 pairs along y, 4 x 4 along x
  EXPECT_LT(error, 1e-8);
}

TEST(Penalty, H1WrapsOnPeriodicAxes) {
  const auto [value, error] = PenaltyOnR({.h1 = 0.5}, test::periodic).evaluate(plane);
  EXPECT_NEAR(value, 0.5 * (3 * 5 * 1 + 5 * 9 + 4 * 4 * 100 + 4 * 1600), 1e-10);
  EXPECT_LT(error, 1e-8);
}

TEST(Penalty, BoundaryValuesOfTheStateMeanNothingToParameters) {
  EXPECT_NEAR(PenaltyOnR({.h1 = 0.5}, test::value_of(9.0)).evaluate(plane).first, 0.5 * (15 + 1600),
              1e-10);
}

TEST(Penalty, H1OverConsecutiveLayers) {
  PenaltyOnR setup({.h1 = 1.0}, test::reflect, true);
  const auto [value, error] =
      setup.evaluate([](auto l, auto, auto) { return static_cast<double>(l * l); });
  EXPECT_NEAR(value, 20 * (1 + 9), 1e-12); // 0, 1, 4 at 20 points
  EXPECT_LT(error, 1e-8);
}

TEST(Penalty, TotalVariationRoundsTheCorner) {
  const double eps = 1e-3;
  const auto [value, error] = PenaltyOnR({.tv = 1.0, .epsilon = eps}).evaluate(plane);
  const auto rounded = [&](double x) { return std::sqrt(x * x + eps * eps) - eps; };
  EXPECT_NEAR(value, 15 * rounded(1) + 16 * rounded(10), 1e-10);
  EXPECT_LT(error, 1e-6);
}

TEST(Penalty, L1IsTheRoundedAbsoluteValue) {
  const auto [value, error] =
      PenaltyOnR({.l1 = 2.0, .epsilon = 0.1}).evaluate([](auto, auto, auto) { return -0.3; });
  EXPECT_NEAR(value, 2.0 * 20 * (std::sqrt(0.1) - 0.1), 1e-13);
  EXPECT_LT(error, 1e-7);
}

TEST(Penalty, ContinuumScalesWithTheCell) {
  const double hy = 1.0, hx = 1.25; // spacings of small_case
  const auto [value, error] = PenaltyOnR({.h1 = 0.5, .continuum = true}).evaluate(plane);
  EXPECT_NEAR(value, 0.5 * hy * hx * (15 / (hy * hy) + 1600 / (hx * hx)), 1e-10);
  EXPECT_LT(error, 1e-8);
}

TEST(Penalty, TwoPenaltiesAddUp) {
  const auto one = [](const PenaltySpec& p) { return PenaltyOnR(p).evaluate(plane).first; };
  EXPECT_NEAR(one({.l2 = 1.0, .tv = 2.0}), one({.l2 = 1.0}) + one({.tv = 2.0}), 1e-9);
}

} // namespace
} // namespace nadir
