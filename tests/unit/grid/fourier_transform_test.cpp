#include "nadir/grid/fourier_transform.hpp"

#include "nadir/base/hashed_random.hpp"

#include "support/grids.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace nadir {
namespace {

using Shapes = std::vector<std::vector<std::int64_t>>;

/// f(global index) at this rank's points.
template<class F> void fill(FourierTransform& fourier, F f) {
  for (std::int64_t i = 0; i < fourier.count(); ++i) fourier.data()[i] = f(fourier.first() + i);
}

double all_ranks(double mine, MPI_Op op) {
  MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_DOUBLE, op, MPI_COMM_WORLD);
  return mine;
}

double noise(std::int64_t i) { return hashed_number(1, static_cast<std::uint64_t>(i)); }

/// Back again it is N times what it was, and the squares of the frequencies are N times as many.
TEST(FourierTransform, GoesThereAndBackAndKeepsSquares) {
  for (const auto& shape : Shapes{{30}, {6, 10}, {4, 9, 5}, {7, 1, 6}}) {
    const Grid grid = test::grid_of(shape, BoundaryKind::periodic);
    FourierTransform fourier(grid);
    const auto points = static_cast<double>(grid.points());
    EXPECT_EQ(all_ranks(static_cast<double>(fourier.count()), MPI_SUM), points);
    fill(fourier, noise);
    double squares = 0, frequency_squares = 0;
    for (std::int64_t i = 0; i < fourier.count(); ++i) squares += std::norm(fourier.data()[i]);
    fourier.forward();
    for (const auto& each : fourier.frequencies()) frequency_squares += std::norm(each);
    squares = all_ranks(squares, MPI_SUM);
    EXPECT_NEAR(all_ranks(frequency_squares, MPI_SUM), points * squares, 1e-12 * points * squares);
    fourier.backward();
    double error = 0;
    for (std::int64_t i = 0; i < fourier.count(); ++i)
      error = std::max(error, std::abs(fourier.data()[i] / points - noise(fourier.first() + i)));
    EXPECT_LT(all_ranks(error, MPI_MAX), 1e-15);
  }
}

/// FFTW has no plans for it.
TEST(FourierTransform, ASinglePointIsItsOwnTransform) {
  const Grid grid = test::grid_of({1, 1}, BoundaryKind::periodic, MPI_COMM_SELF);
  FourierTransform fourier(grid);
  ASSERT_EQ(fourier.count(), 1);
  ASSERT_EQ(fourier.frequencies().size(), 1U);
  fourier.data()[0] = 0.7;
  fourier.forward();
  EXPECT_EQ(fourier.frequencies()[0], 0.7);
  fourier.backward();
  EXPECT_EQ(fourier.data()[0], 0.7);
}

/// A wave is one frequency.
TEST(FourierTransform, AWaveIsOneFrequency) {
  for (const auto& shape : Shapes{{30}, {6, 10}, {4, 6, 5}}) {
    const Grid grid = test::grid_of(shape, BoundaryKind::periodic);
    FourierTransform fourier(grid);
    const std::int64_t nx = shape.back();
    fill(fourier, [&](std::int64_t i) {
      const double turns = 2.0 * static_cast<double>(i % nx) / static_cast<double>(nx);
      return std::polar(1.0, 2 * std::numbers::pi * turns);
    });
    fourier.forward();
    double largest = 0, sum = 0;
    for (const auto& each : fourier.frequencies()) {
      largest = std::max(largest, std::abs(each));
      sum += std::abs(each);
    }
    const auto points = static_cast<double>(grid.points());
    EXPECT_NEAR(all_ranks(largest, MPI_MAX), points, 1e-12 * points);
    EXPECT_NEAR(all_ranks(sum, MPI_SUM), points, 1e-11 * points);
  }
}

/// What transforms are multiplied for: one point's neighbour to the right everywhere.
TEST(FourierTransform, ProductsOfTransformsAreConvolutions) {
  const Grid grid = test::grid_of({6, 10}, BoundaryKind::periodic);
  FourierTransform shift(grid), z(grid);
  fill(shift, [](std::int64_t i) { return i == 9 ? 1.0 : 0.0; }); // at x = -1
  fill(z, noise);
  shift.forward();
  z.forward();
  for (std::size_t k = 0; k < z.frequencies().size(); ++k)
    z.frequencies()[k] *= shift.frequencies()[k];
  z.backward();
  double error = 0;
  for (std::int64_t i = 0; i < z.count(); ++i) {
    const std::int64_t at = z.first() + i, right = at / 10 * 10 + (at + 1) % 10;
    error = std::max(error, std::abs(z.data()[i] / 60.0 - noise(right)));
  }
  EXPECT_LT(all_ranks(error, MPI_MAX), 1e-15);
}

} // namespace
} // namespace nadir
