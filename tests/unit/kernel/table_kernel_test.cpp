#include "nadir/kernel/adr.hpp"
#include "nadir/kernel/stencil_table.hpp"

#include "support/cases.hpp"
#include "support/rows.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

using test::RandomRows;

const std::array<double, 3> table_spacings{0.5, 1.25, 0.8};

KernelSpec table_case(const std::string& type, std::int64_t size) {
  KernelSpec kernel({type});
  test::set_tensor(kernel, DiffusionTensor::full);
  kernel.set_option(type == "stencil" ? "radius" : "order", size);
  return kernel;
}

std::ptrdiff_t distance(const StencilEntry& n) { return RandomRows::distance(n.offset); }

/// W z, W^T g and the gradient of every coefficient by the table, point by point.
TEST(TableKernel, IsTheSumOfItsTable) {
  for (int d = 1; d <= 3; ++d) {
    for (const KernelSpec& kernel :
         {table_case("moment", 2), table_case("moment", d < 3 ? 5 : 3), table_case("stencil", 1),
          table_case("stencil", d < 3 ? 2 : 1)}) {
      const StencilTable table = stencil_table_of(kernel, d, table_spacings);
      const auto made = make_kernel(kernel, d, table_spacings);
      const std::size_t count = table.terms.size();
      ASSERT_EQ(made->coefficients(), static_cast<int>(count));
      EXPECT_EQ(made->radius(), table.radius);
      const RandomRows rows(count + 2);
      std::vector<Row> theta;
      for (std::size_t c = 0; c < count; ++c) theta.push_back(rows.row(c));
      const Row z = rows.row(count), g = rows.row(count + 1);
      std::vector<double> Z(RandomRows::n), back(RandomRows::n, 0.25);
      std::vector<std::vector<double>> bars(count, std::vector<double>(RandomRows::n, 0.5));
      std::vector<MutableRow> bar_rows;
      for (auto& bar : bars) bar_rows.push_back({bar.data(), {}});
      made->apply(z, theta.data(), RandomRows::n, Z.data());
      made->add_transpose(g, theta.data(), RandomRows::n, back.data());
      made->add_gradient(z, theta.data(), g.data, RandomRows::n, bar_rows.data());
      for (std::ptrdiff_t i = 0; i < RandomRows::n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        double value = table.identity ? z.data[i] : 0.0, transposed = 0.25, size = 1;
        if (table.identity) transposed += g.data[i];
        for (std::size_t c = 0; c < count; ++c) {
          double difference = 0;
          for (const StencilEntry& n : table.terms[c]) {
            difference += n.weight * z.data[i + distance(n)];
            transposed += n.weight * theta[c].data[i - distance(n)] * g.data[i - distance(n)];
            size += std::abs(n.weight);
          }
          value += theta[c].data[i] * difference;
          EXPECT_NEAR(bars[c][at], 0.5 + g.data[i] * difference, 1e-14 * size);
        }
        EXPECT_NEAR(Z[at], value, 1e-14 * size);
        EXPECT_NEAR(back[at], transposed, 1e-14 * size);
      }
    }
  }
}

TEST(TableKernel, OfOrderTwoIsTheAdrFamily) {
  for (int d = 1; d <= 3; ++d) {
    const KernelSpec moment = table_case("moment", 2);
    const auto adr = make_adr_kernel(d, DiffusionTensor::full, table_spacings);
    const auto made = make_kernel(moment, d, table_spacings);
    const auto count = static_cast<std::size_t>(adr->coefficients());
    ASSERT_EQ(made->coefficients(), adr->coefficients());
    const RandomRows rows(count + 1);
    std::vector<Row> theta;
    for (std::size_t c = 0; c < count; ++c) theta.push_back(rows.row(c));
    std::vector<double> one(RandomRows::n), other(RandomRows::n);
    adr->apply(rows.row(count), theta.data(), RandomRows::n, one.data());
    made->apply(rows.row(count), theta.data(), RandomRows::n, other.data());
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_NEAR(one[i], other[i], 1e-13);
  }
}

} // namespace
} // namespace nadir
