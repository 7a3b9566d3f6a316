#include "nadir/input/case_reader.hpp"
#include "nadir/plan/memory.hpp"
#include "nadir/plan/plan.hpp"

#include "nadir/input/case_workload.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

Workload workload_of(const Case& c, std::int64_t samples = 1) {
  return nadir::workload_of(c, samples, Purpose::gradient);
}

TEST(WorkloadOfACase, StatesItsNumbers) {
  Case c = test::small_case({6, 7}, {test::periodic, test::reflect}, DiffusionTensor::full);
  c.kernel["advection"] = test::trained({0.1, 0.2}, true, true); // 2 x 3 x 42
  c.network.relaxation = test::trained({0.5}, false, true);      // 3
  c.run.memory = 1e6;
  const Workload w = workload_of(c, 5);
  EXPECT_EQ(w.dimension, 2);
  EXPECT_EQ(w.shape, (Extents{1, 6, 7}));
  EXPECT_EQ(w.periodic, (std::array{false, true, false}));
  EXPECT_EQ(w.reach.states, 1);
  EXPECT_EQ(w.reach.coefficients, 2);
  EXPECT_EQ(w.layers, 3);
  EXPECT_EQ(w.samples, 5);
  EXPECT_EQ(w.wishes.memory, 1e6);
  const ParameterCount count = count_parameters(w);
  EXPECT_EQ(count.trained, 2 * 3 * 42 + 3);
  EXPECT_EQ(count.all, count.trained + 1 + 3 + 1); // R, D, b are numbers
}

TEST(WorkloadOfACase, LayersThatAreAlikeMayGoTogether) {
  Case c = test::small_case({40, 12}, {test::periodic, test::periodic});
  EXPECT_TRUE(workload_of(c).together);
  c.network.bias.varies_layer = true;
  EXPECT_FALSE(workload_of(c).together);
  c.network.bias.varies_layer = false;
  c.network.scheme = SchemeKind::rk4;
  EXPECT_FALSE(workload_of(c).together);
  EXPECT_EQ(workload_of(test::stencil_case({4096}, {test::periodic}, 2)).reach.states, 2);
}

TEST(WorkloadOfACase, FilesMayTellOfAllPointsToInterpolate) {
  Case c = test::small_case({6, 7}, {test::periodic, test::periodic});
  EXPECT_FALSE(workload_of(c).interpolated);
  WithholdSpec& withhold = c.data.targets[0].withhold.emplace();
  withhold.fraction = 0.25;
  EXPECT_EQ(workload_of(c).interpolated, 0.25);
  c.data.targets[0].field.mask.emplace();
  EXPECT_EQ(workload_of(c).interpolated, 1.0);
  EXPECT_TRUE(workload_of(c).reads_mask);
  c.data.targets[0].field.mask.reset();
  withhold.source.emplace();
  EXPECT_EQ(workload_of(c).interpolated, 1.0);
  EXPECT_FALSE(workload_of(c).reads_mask);
}

TEST(WorkloadOfACase, LayersWithTargetsAreCountedOnce) {
  Case c = test::small_case({6, 7}, {test::periodic, test::periodic});
  c.data.targets.emplace_back().layer = 1;
  c.data.targets.emplace_back().layer = 1;
  EXPECT_EQ(workload_of(c).targets, 3);
  EXPECT_EQ(workload_of(c).target_layers, 2);
}

TEST(WorkloadOfACase, AConvolutionIsLeftToUsWhereBothWaysAreOpen) {
  const auto is_open = [](const Case& c) { return may_choose_convolution(workload_of(c)); };
  const std::vector<BoundarySpec> ring{test::periodic};
  const Case gaussian = test::gaussian_case({16}, ring, 3);
  EXPECT_TRUE(is_open(gaussian));
  EXPECT_TRUE(is_open(test::power_law_case({16}, ring, 3)));
  EXPECT_FALSE(is_open(test::small_case({16}, ring)));
  EXPECT_FALSE(is_open(test::gaussian_case({16}, {test::reflect}, 3)));
  EXPECT_FALSE(is_open(test::galerkin_radial_case({16}, ring, Basis::hat, 2, false)));
  Case said = gaussian;
  said.run.convolution = Convolution::stencil;
  EXPECT_FALSE(is_open(said));
  Case varying = gaussian;
  varying.kernel["width"] = test::trained({0.9}, true, false);
  EXPECT_FALSE(is_open(varying));
}

/// Cubic splines reach further than their kernel.
TEST(WorkloadOfACase, GalerkinLayersHaveGhostsOfTheirBasis) {
  const Case c = test::galerkin_case({16}, {test::periodic}, Basis::cubic_spline, 4);
  EXPECT_EQ(workload_of(c).reach.states, state_ghosts(c));
  EXPECT_GT(workload_of(c).reach.states, 1);
  EXPECT_FALSE(workload_of(c).together);
  EXPECT_GT(workload_of(c).layer_bytes({{1, 1, 16}, true, false}), 0);
}

} // namespace
} // namespace nadir
