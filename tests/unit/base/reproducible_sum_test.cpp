#include "nadir/base/reproducible_sum.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/hashed_random.hpp"

#include "support/instruction_sets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace nadir {
namespace {

double sum_of(const std::vector<double>& values) {
  ReproducibleSum sum;
  sum.add(values.data(), static_cast<std::int64_t>(values.size()));
  return sum.value();
}

/// Numbers of both signs over `binades` powers of two.
std::vector<double> numbers(std::size_t n, int lowest, int binades) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) {
    const auto power = static_cast<int>((hashed_number(2, i) + 1) / 2 * binades);
    values.push_back(std::ldexp(hashed_number(1, i), lowest + power));
  }
  return values;
}

TEST(ReproducibleSum, KnownSums) {
  EXPECT_EQ(sum_of({}), 0.0);
  EXPECT_EQ(sum_of({0.0, -0.0}), 0.0);
  EXPECT_EQ(sum_of({1.0, 2.0, 3.5}), 6.5);
  EXPECT_EQ(sum_of({1e16, 1.0, -1e16}), 1.0); // a plain sum gives 0
  std::vector<double> tenths(10, 0.1);
  EXPECT_EQ(sum_of(tenths), 1.0); // the nearest double, a plain sum misses it
  constexpr double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(sum_of({smallest, smallest, -3 * smallest}), -smallest);
}

TEST(ReproducibleSum, TheEndOfTheRange) {
  constexpr double largest = std::numeric_limits<double>::max();
  EXPECT_EQ(sum_of({largest, -largest, 1e300}), 1e300);
  EXPECT_EQ(sum_of({largest / 2, largest / 2}), largest);
  EXPECT_EQ(sum_of({largest, largest, -largest}), largest);
  EXPECT_EQ(sum_of({largest, largest}), std::numeric_limits<double>::infinity());
  for (const double bad :
       {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_TRUE(std::isnan(sum_of({1.0, bad, 2.0})));
    ReproducibleSum sum;
    sum.add(bad);
    sum.add(1.0);
    EXPECT_TRUE(std::isnan(sum.value()));
  }
}

TEST(ReproducibleSum, IsAsGoodAsLongDoubles) {
  for (const int binades : {1, 30, 200}) {
    const auto values = numbers(50000, -100, binades);
    const auto exact = std::accumulate(values.begin(), values.end(), 0.0L);
    const double most =
        std::abs(*std::max_element(values.begin(), values.end(),
                                   [](double a, double b) { return std::abs(a) < std::abs(b); }));
    EXPECT_NEAR(sum_of(values), static_cast<double>(exact),
                1e-15 * std::abs(static_cast<double>(exact)) + 1e-17 * most);
  }
}

/// Shuffled, cut into other pieces, merged in another order, with other instructions.
TEST(ReproducibleSum, TheSameBitsInAnyOrder) {
  for (const int binades : {1, 45, 120, 1900}) {
    auto values = numbers(30000, -1000, binades);
    const double reference = sum_of(values);
    std::mt19937 shuffler(7);
    for (int round = 0; round < 4; ++round) {
      std::shuffle(values.begin(), values.end(), shuffler);
      EXPECT_EQ(sum_of(values), reference) << binades;
      std::vector<ReproducibleSum> parts(7);
      for (std::size_t i = 0, part = 0; i < values.size(); ++part) {
        const auto length = std::min<std::size_t>(1 + shuffler() % 3000, values.size() - i);
        parts[part % parts.size()].add(values.data() + i, static_cast<std::int64_t>(length));
        i += length;
      }
      std::shuffle(parts.begin(), parts.end(), shuffler);
      for (std::size_t p = 1; p < parts.size(); ++p) parts[0].merge(parts[p]);
      EXPECT_EQ(parts[0].value(), reference) << binades;
    }
    test::with_each_instruction_set(
        [&](const std::string& set, bool) { EXPECT_EQ(sum_of(values), reference) << set; });
  }
}

TEST(ReproducibleSum, ProductsAreRoundedOneByOne) {
  const auto x = numbers(5000, -20, 40), y = numbers(5000, 0, 7);
  ReproducibleSum products, rounded;
  products.add_products(x.data(), y.data(), 5000);
  for (std::size_t i = 0; i < x.size(); ++i) rounded.add(x[i] * y[i]);
  EXPECT_EQ(products.value(), rounded.value());
}

TEST(BufferedSum, TakesNumbersOneByOneAndByTheRow) {
  const auto x = numbers(5000, -20, 60);
  BufferedSum sum;
  std::size_t first = 0;
  for (const std::size_t n :
       {1u, 3u, 1019u, 1024u, 1u, 2500u}) { // the buffer ends at and within a row
    sum.add_all(static_cast<std::int64_t>(n),
                [&](std::int64_t i) { return x[first + static_cast<std::size_t>(i)]; });
    first += n;
  }
  for (; first < x.size(); ++first) sum.add(x[first]);
  EXPECT_EQ(sum.take().value(), sum_of(x));
}

TEST(ReproducibleSum, TheSameBitsOnAnyNumberOfRanks) {
  int rank = 0, ranks = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  std::vector<double> values[2] = {numbers(10000, -30, 60), numbers(9000, 0, 300)};
  std::vector<ReproducibleSum> sums(3); // the last one stays empty
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t i = static_cast<std::size_t>(rank); i < values[k].size();
         i += static_cast<std::size_t>(ranks))
      sums[k].add(values[k][i]);
  sum_over_ranks(MPI_COMM_WORLD, std::span(sums));
  for (std::size_t k = 0; k < 2; ++k) EXPECT_EQ(sums[k].value(), sum_of(values[k]));
  EXPECT_EQ(sums[2].value(), 0.0);
}

} // namespace
} // namespace nadir
