#include "nadir/plan/workload.hpp"

#include "support/workloads.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(Workload, CountsParameters) {
  Workload w = test::small_workload({6, 7});
  w.parameters[test::diffusion].components = 3;
  ParameterSize &U = w.parameters[test::advection], &omega = w.parameters[test::relaxation];
  U.trained = U.varies_space = U.varies_layer = true; // 2 x 3 x 42
  omega.trained = omega.varies_layer = true;          // 3
  const ParameterCount count = count_parameters(w);
  EXPECT_EQ(count.trained, 2 * 3 * 42 + 3);
  EXPECT_EQ(count.all, count.trained + 1 + 3 + 1); // R, D, b are numbers
}

TEST(Workload, SamplesGoTogetherOnlyWhereNoSumChanges) {
  Workload w = test::small_workload({6, 7});
  w.samples = 20;
  EXPECT_EQ(samples_together(w), 1); // they share the layers' coefficients already
  test::train_all(w, true, true);
  EXPECT_EQ(samples_together(w), 8);
  w.samples = 5;
  EXPECT_EQ(samples_together(w), 5);
  w.samples = 20;
  ParameterSize& R = w.parameters[test::reaction];
  R.varies_layer = false; // its gradient sums over samples in their order
  EXPECT_EQ(samples_together(w), 1);
  R.trained = false;
  EXPECT_EQ(samples_together(w), 8);
  w.wishes.samples_per_pass = 3;
  EXPECT_EQ(samples_together(w), 3);
  w.samples = 0;
  EXPECT_EQ(samples_together(w), 1);
  w.samples = 20;
  w.wishes.samples_per_pass = 0;
  test::train_all(w, false, true); // numbers: nothing to share
  EXPECT_EQ(samples_together(w), 1);
}

TEST(Workload, LayersGoTogetherAsFarAsThereAreSome) {
  Workload w = test::small_workload({6, 7});
  w.layers = 100;
  EXPECT_EQ(layers_together(w), 8);
  w.wishes.layers_per_pass = 20;
  EXPECT_EQ(layers_together(w), 20);
  w.layers = 12;
  EXPECT_EQ(layers_together(w), 12);
  w.attractor = true; // layers without end
  EXPECT_EQ(layers_together(w), 20);
  w.together = false;
  EXPECT_EQ(layers_together(w), 1);
}

TEST(Workload, FilesHoldStatesTargetsAndParameters) {
  Workload w = test::small_workload({6, 7});
  w.samples = 4;
  const double numbers = 8.0 * (1 + 2 + 1 + 1 + 1);
  EXPECT_EQ(result_bytes(w), 4 * 42 * (2 * 8.0 + 10) + numbers);
  w.targets = 0;
  EXPECT_EQ(result_bytes(w), 4 * 42 * 2 * 8.0 + numbers);
  w.parameters[test::reaction].trained = w.parameters[test::reaction].varies_space = true;
  w.checkpointed_layers = 4; // what the optimiser remembers, and the best parameters
  EXPECT_EQ(checkpoint_bytes(w), 4 * 42 * 4 * 8.0 + numbers + 41 * 8.0 + 42 * 12 * 8.0);
}

} // namespace
} // namespace nadir
