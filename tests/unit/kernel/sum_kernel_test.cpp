#include "nadir/kernel/kernel.hpp"
#include "nadir/kernel/stencil_table.hpp"

#include "support/rows.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace nadir {
namespace {

using test::RandomRows;

const std::array<double, 3> sum_spacings{0.5, 1.25, 0.8};

/// A sum applies, transposes and differentiates what its parts do.
TEST(SumKernel, IsTheSumOfItsParts) {
  KernelSpec kernel{"adr", "gaussian", "power-law"};
  kernel.set_option("radius", 2);
  const auto sum = make_kernel(kernel, 2, sum_spacings);
  const auto table = stencil_table_of(kernel, 2, sum_spacings);
  ASSERT_EQ(sum->coefficients(), 9); // R, U_y, U_x, D, A, sigma, A, l, s
  EXPECT_EQ(table.coefficients, 9U);
  EXPECT_TRUE(table.identity);
  EXPECT_EQ(sum->radius(), 2);
  RandomRows fields(11);
  for (const std::size_t c : {5U, 7U}) fields.spread(c, 0.5, 1.5);
  fields.spread(8, 3.0, 4.0);
  std::vector<Row> theta;
  for (std::size_t c = 0; c < 9; ++c) theta.push_back(fields.row(c));
  std::vector<double> Z(RandomRows::n), back(RandomRows::n, 0.25);
  std::vector<std::vector<double>> bars(9, std::vector<double>(RandomRows::n, 0.0));
  std::vector<MutableRow> bar_rows;
  for (auto& bar : bars) bar_rows.push_back({bar.data(), {}});
  sum->apply(fields.row(9), theta.data(), RandomRows::n, Z.data());
  sum->add_transpose(fields.row(10), theta.data(), RandomRows::n, back.data());
  sum->add_gradient(fields.row(9), theta.data(), fields.point(10), RandomRows::n, bar_rows.data());
  const auto weights_at = [&](std::ptrdiff_t i) {
    std::vector<double> values;
    for (std::size_t c = 0; c < 9; ++c) values.push_back(fields.point(c)[i]);
    return table.weights_of(values);
  };
  for (std::ptrdiff_t i = 0; i < RandomRows::n; ++i) {
    double value = fields.point(9)[i], transposed = 0.25 + fields.point(10)[i];
    const auto weights = weights_at(i);
    for (std::size_t t = 0; t < table.terms.size(); ++t) {
      for (const StencilEntry& n : table.terms[t]) {
        const std::ptrdiff_t step = RandomRows::distance(n.offset);
        value += weights[t] * n.weight * fields.point(9)[i + step];
        transposed += weights_at(i - step)[t] * n.weight * fields.point(10)[i - step];
      }
    }
    const auto at = static_cast<std::size_t>(i);
    EXPECT_NEAR(Z[at], value, 1e-13);
    EXPECT_NEAR(back[at], transposed, 1e-13);
    // Of R alone, and of A: linear in it.
    EXPECT_NEAR(bars[0][at], fields.point(10)[i] * fields.point(9)[i], 1e-14);
    double gaussian = 0;
    for (std::size_t t = 4; t < 13; ++t)
      for (const StencilEntry& n : table.terms[t])
        gaussian += weights[t] * fields.point(9)[i + RandomRows::distance(n.offset)];
    EXPECT_NEAR(bars[4][at] * fields.point(4)[i], fields.point(10)[i] * gaussian, 1e-13);
  }
}

} // namespace
} // namespace nadir
