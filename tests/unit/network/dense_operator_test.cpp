#include "nadir/network/dense_operator.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

double entry(std::int64_t i, std::int64_t j) {
  return hashed_number(3, static_cast<std::uint64_t>(1000 * i + j));
}

/// A full matrix of known entries in each of two layers, the second one negative.
Case dense_case(std::vector<std::int64_t> shape) {
  Case c = test::small_case(std::move(shape), {});
  c.grid.boundary.assign(c.grid.shape.size(), test::reflect);
  test::set_kernel(c, {"dense"});
  c.kernel["weights"] = test::trained({0.0}, true, true);
  c.network.layers = 2;
  return c;
}

/// W z, W^T g and g z^T, by loops over all points.
TEST(DenseOperator, IsTheMatrix) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{17}, {5, 7}, {3, 4, 5}}) {
    Case c = dense_case(shape);
    const Grid grid(MPI_COMM_WORLD, c.grid, c.kernel.radius());
    const std::int64_t n = grid.points();
    c.kernel["weights"].init.assign(static_cast<std::size_t>(n), 0.0);
    Coefficients coefficients(grid, c, Coefficients::Content::values);
    Coefficients bar(grid, c, Coefficients::Content::gradients);
    ParameterValues& W = coefficients["weights"];
    ASSERT_EQ(W.components(), n);
    for (std::int64_t k = 0; k < W.blocks(); ++k)
      test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t i) {
        W.block(k)[W.layout().index(z, y, x)] = (k < n ? 1 : -1) * entry(i, k % n);
      });
    DenseOperator kernel(grid);
    const Layout& layout = kernel.state_layout();
    Field z(layout), g(layout), Z(layout), z_bar(layout);
    g.fill(std::nan("")); // what is no point means nothing
    const auto z_of = [](std::int64_t i) {
      return hashed_number(5, static_cast<std::uint64_t>(i));
    };
    const auto g_of = [](std::int64_t i) {
      return hashed_number(6, static_cast<std::uint64_t>(i));
    };
    test::for_points(grid, [&](auto a, auto b, auto x, std::int64_t i) {
      z.at(a, b, x) = z_of(i);
      g.at(a, b, x) = g_of(i);
    });
    for (const std::int64_t layer : {0, 1}) {
      const double sign = layer == 0 ? 1 : -1;
      kernel.set_coefficients(coefficients.layer(layer));
      kernel.apply(z.data(), Z.data(), GhostValue::given);
      kernel.apply_transpose(g.data(), z_bar.data());
      kernel.add_gradient(z.data(), g.data(), bar.layer_bar(layer));
      kernel.add_gradient(z.data(), g.data(), bar.layer_bar(layer)); // adds
      test::for_points(grid, [&](auto a, auto b, auto x, std::int64_t i) {
        double applied = 0, transposed = 0;
        for (std::int64_t j = 0; j < n; ++j) {
          applied += sign * entry(i, j) * z_of(j);
          transposed += sign * entry(j, i) * g_of(j);
          const ParameterValues& W_bar = bar["weights"];
          const double found = W_bar.block(layer * n + j)[W_bar.layout().index(a, b, x)];
          EXPECT_NEAR(found, 2 * g_of(i) * z_of(j), 1e-14);
        }
        EXPECT_NEAR(Z.at(a, b, x), applied, 1e-13);
        EXPECT_NEAR(z_bar.at(a, b, x), transposed, 1e-13);
      });
    }
  }
}

} // namespace
} // namespace nadir
