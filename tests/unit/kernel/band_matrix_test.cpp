#include "nadir/kernel/band_matrix.hpp"

#include "nadir/base/hashed_random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace nadir {
namespace {

/// 4 on the diagonal and smaller numbers up to `width` away, maybe around the ends.
std::vector<double> dense_matrix(std::int64_t n, int width, bool wraps) {
  std::vector<double> dense(static_cast<std::size_t>(n * n), 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    dense[static_cast<std::size_t>(i * n + i)] += 4.0;
    for (std::int64_t r = 1; r <= width; ++r) {
      std::int64_t j = i + r;
      if (j >= n && !wraps) continue;
      j %= n;
      const double value = 0.9 / static_cast<double>(r * r);
      dense[static_cast<std::size_t>(i * n + j)] += value;
      dense[static_cast<std::size_t>(j * n + i)] += value;
    }
  }
  return dense;
}

TEST(BandMatrix, SolvesWhatItsEntriesSay) {
  for (const bool wraps : {false, true}) {
    for (const int width : {1, 3}) {
      for (const std::int64_t n : {1, 2, 3, 4, 5, 7, 40}) {
        const auto dense = dense_matrix(n, width, wraps);
        BandMatrix matrix(n, width, wraps);
        for (std::int64_t i = 0; i < n; ++i)
          for (std::int64_t j = 0; j < n; ++j)
            if (const double value = dense[static_cast<std::size_t>(i * n + j)]; value != 0)
              matrix.add(i, j, value);
        matrix.factorise();
        constexpr std::int64_t lines = 3;
        std::vector<double> x(static_cast<std::size_t>(n * lines));
        for (std::size_t k = 0; k < x.size(); ++k) x[k] = hashed_number(3, k);
        auto solved = x;
        matrix.solve(solved.data(), lines);
        for (std::int64_t i = 0; i < n; ++i) {
          for (std::int64_t k = 0; k < lines; ++k) {
            double product = 0;
            for (std::int64_t j = 0; j < n; ++j)
              product += dense[static_cast<std::size_t>(i * n + j)] *
                         solved[static_cast<std::size_t>(j * lines + k)];
            EXPECT_NEAR(product, x[static_cast<std::size_t>(i * lines + k)], 1e-14)
                << n << " points, width " << width << (wraps ? ", wraps" : "");
          }
        }
      }
    }
  }
}

TEST(BandMatrix, NeighboursWrapOrAreMirrored) {
  const std::vector<double> x{1, 10, 100, 1000};
  std::vector<double> scratch(3);
  auto around = x, mirrored = x, one = std::vector<double>{3};
  multiply_neighbours(2, 1, true, 4, around.data(), 1, scratch.data());
  multiply_neighbours(2, 1, false, 4, mirrored.data(), 1, scratch.data());
  multiply_neighbours(2, 1, true, 1, one.data(), 1, scratch.data());
  EXPECT_EQ(around, (std::vector<double>{1012, 121, 1210, 2101}));
  EXPECT_EQ(mirrored, (std::vector<double>{13, 121, 1210, 3100}));
  EXPECT_EQ(one, std::vector<double>{12});
}

} // namespace
} // namespace nadir
