#include "nadir/kernel/row_sums.hpp"

#include "support/instruction_sets.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace nadir {
namespace {

constexpr int row_points = 37;

std::vector<double> sines(double seed) {
  std::vector<double> row(row_points);
  for (int x = 0; x < row_points; ++x)
    row[static_cast<std::size_t>(x)] = std::sin(seed + 1.3 * static_cast<double>(x));
  return row;
}

TEST(RowSums, AddUpWhatTheyAreGiven) {
  const std::array rows{sines(1), sines(2), sines(3), sines(4)};
  const std::array factors{0.3, -1.2, 2.5, 0.7};
  std::array<const double*, 4> row{};
  for (std::size_t t = 0; t < 4; ++t) row[t] = rows[t].data();
  const RowSums sums = row_sums();
  for (int count = 1; count <= RowSums::most; ++count) {
    for (const int n : {1, 2, 7, 16, row_points}) {
      auto set = sines(5), added = sines(5), products = sines(5);
      sums.set(count, row.data(), factors.data(), n, set.data());
      sums.add(count, row.data(), factors.data(), n, added.data());
      sums.add_product(0.6, row[0], row[1], n, products.data());
      for (std::size_t x = 0; x < row_points; ++x) {
        const double before = sines(5)[x];
        double sum = 0;
        for (std::size_t t = 0; t < static_cast<std::size_t>(count); ++t)
          sum += factors[t] * rows[t][x];
        const bool in = x < static_cast<std::size_t>(n);
        EXPECT_NEAR(set[x], in ? sum : before, 1e-15 * 8);
        EXPECT_NEAR(added[x], in ? before + sum : before, 1e-15 * 8);
        EXPECT_NEAR(products[x], in ? before + 0.6 * rows[0][x] * rows[1][x] : before, 1e-15 * 8);
      }
    }
  }
}

TEST(RowSums, AreTheSameBitsWithEveryInstructionSet) {
  const auto a = sines(1), b = sines(2), c = sines(3);
  const std::array row{a.data(), b.data(), c.data()};
  const std::array factors{0.3, -1.2, 2.5};
  std::vector<double> expected;
  test::with_each_instruction_set([&](const std::string& name, bool first) {
    auto found = sines(5);
    const RowSums sums = row_sums();
    sums.add(3, row.data(), factors.data(), row_points, found.data());
    sums.add_product(0.6, row[0], row[1], row_points, found.data());
    if (first) expected = found;
    EXPECT_EQ(found, expected) << name;
  });
}

} // namespace
} // namespace nadir
