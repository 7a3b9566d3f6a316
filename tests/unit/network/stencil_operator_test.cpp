#include "nadir/network/stencil_operator.hpp"

#include "nadir/network/coefficients.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

void fill(const Grid& grid, std::uint64_t stream, Field& field) {
  test::for_points(grid, [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t i) {
    field.at(z, y, x) = hashed_number(stream, static_cast<std::uint64_t>(i));
  });
}

/// W z + g is linear in the coefficients: what Z_bar . (W z + g) gains by a step is the gradient
/// times the step, to rounding.
TEST(StencilOperator, ItsGradientIsThatOfALinearFunction) {
  for (const auto& boundary : test::boundary_choices(2)) {
    for (Case c :
         {test::small_case({9, 7}, boundary, DiffusionTensor::full),
          test::moment_case({9, 7}, boundary, 4), test::stencil_case({9, 7}, boundary, 2)}) {
      test::train_all(c, true, false);
      const Grid grid(MPI_COMM_WORLD, c.grid, c.kernel.radius());
      StencilOperator kernel(grid, make_kernel(c.kernel, 2, grid.spacings()));
      const Layout& layout = kernel.state_layout();
      Field z(layout), Z(layout), Z_bar(layout);
      fill(grid, 1, z);
      fill(grid, 2, Z_bar);
      const auto value_at = [&](double amplitude) {
        Coefficients coefficients = test::random_coefficients(grid, c, amplitude);
        coefficients.fill_ghosts();
        kernel.set_coefficients(coefficients.layer(0));
        kernel.apply(z.data(), Z.data(), GhostValue::given);
        return test::product(grid, layout, Z.data(), Z_bar.data());
      };
      const double gain = value_at(0.2) - value_at(0.0);
      Coefficients bar(grid, c, Coefficients::Content::gradients);
      kernel.add_gradient(z.data(), Z_bar.data(), bar.layer_bar(0));
      const Coefficients far = test::random_coefficients(grid, c, 0.2);
      const Coefficients near = test::random_coefficients(grid, c, 0.0);
      double predicted = 0;
      for (const Parameter& p : bar.parameters()) {
        for (std::int64_t k = 0; k < bar[p].blocks(); ++k) {
          const auto dot = [&](const Coefficients& at) {
            return test::product(grid, bar[p].layout(), bar[p].block(k), at[p].block(k));
          };
          if (p.is_kernels())
            predicted += dot(far) - dot(near);
          else
            EXPECT_EQ(test::product(grid, bar[p].layout(), bar[p].block(k), bar[p].block(k)), 0.0);
        }
      }
      EXPECT_GT(std::abs(gain), 1e-3) << c.kernel.type();
      EXPECT_NEAR(predicted, gain, 1e-12) << c.kernel.type();
    }
  }
}

} // namespace
} // namespace nadir
