#include "nadir/network/pass_work.hpp"

#include "nadir/network/coefficients.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

/// 12 layers that share R, U and D, trained fields: 4.
Case shared_case() {
  Case c = test::small_case({256, 1024}, {test::reflect, test::reflect});
  c.network.layers = 12;
  c.kernel["reaction"] = c.kernel["diffusion"] = test::trained({0.0}, true, false);
  c.kernel["advection"] = test::trained({0.0, 0.0}, true, false);
  return c;
}

/// As many layers and as narrow tiles as plan_passes has for these numbers.
TEST(PassWork, FieldsAndTheirGradientsAreCounted) {
  const Case c = shared_case();
  const Grid grid(MPI_COMM_SELF, c.grid);
  const LayerPlan how{.cache_bytes = 256 * 1024};
  const PassPlan plan = plan_passes(grid, c, 1, how);
  EXPECT_EQ(plan.forward.layers, 7);
  EXPECT_EQ(plan.forward.tile, 273);
  EXPECT_EQ(plan.transpose.layers, 2);
  EXPECT_EQ(plan.transpose.tile, 287);
  Case fixed = c;
  for (const auto p : {"reaction", "advection", "diffusion"}) fixed.kernel[p].train = false;
  EXPECT_EQ(plan_passes(grid, fixed, 1, how).forward.tile, 273);
  EXPECT_GT(plan_passes(grid, fixed, 1, how).transpose.layers, 2);
}

TEST(PassWork, LayersWithCoefficientsOfTheirOwnGoOneByOne) {
  for (const Parameter& p : ParameterSet(shared_case())) {
    for (const bool space : {true, false}) {
      Case c = shared_case();
      ParameterSpec& spec = named_parameters(c)[p.index].spec;
      spec.varies_layer = true;
      spec.varies_space = space;
      EXPECT_FALSE(layers_may_go_together(c));
      const Grid grid(MPI_COMM_SELF, c.grid);
      const PassPlan plan = plan_passes(grid, c, 1, {.layers_per_pass = 5});
      EXPECT_EQ(plan.forward.layers, 1) << p.name;
      EXPECT_EQ(plan.transpose.layers, 1) << p.name;
    }
  }
}

TEST(PassWork, SoDoOtherSchemesAndWideKernels) {
  const Case c = shared_case();
  EXPECT_TRUE(layers_may_go_together(c));
  Case scheme = c;
  scheme.network.scheme = SchemeKind::rk4;
  EXPECT_FALSE(swept_as_one(scheme));
  EXPECT_FALSE(layers_may_go_together(scheme));
  const Case wide = test::stencil_case({4096}, {test::periodic}, 2);
  EXPECT_TRUE(swept_as_one(wide));
  EXPECT_FALSE(layers_may_go_together(wide));
  const Grid grid(MPI_COMM_SELF, c.grid);
  EXPECT_EQ(plan_passes(grid, c, 1, {.by_fft = true, .layers_per_pass = 5}).forward.layers, 1);
}

} // namespace
} // namespace nadir
