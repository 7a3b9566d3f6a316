#include "nadir/network/linear_response.hpp"

#include "nadir/training/initial_values.hpp"

#include "support/layer_maps.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using test::ring;

/// D = 0 on an even periodic axis: the checkerboard is a null vector too, on an odd one not.
TEST(LinearResponse, HasCheckerboardsWithoutDiffusion) {
  for (const std::int64_t n : {8, 9}) {
    const Case c = ring(n, ActivationKind::identity, 0.0, 0.3, 0.0, 0.5);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    Coefficients coefficients = initial_coefficients(grid, c);
    LayerMap map(grid, c, coefficients);
    map.linearise(map.create());
    LinearResponse response(map);
    EXPECT_EQ(response.find_null_space().right.size(), n % 2 == 0 ? 2u : 1u);
    for (const VecHandle& psi : response.null_space().left) {
      const VecHandle image = map.create();
      check_petsc(MatMultTranspose(map.residual_jacobian(), psi, image));
      EXPECT_LE(root_mean_square(image), 1e-13);
    }
  }
}

} // namespace
} // namespace nadir
