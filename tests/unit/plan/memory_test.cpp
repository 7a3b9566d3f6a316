#include "nadir/plan/memory.hpp"

#include "support/workloads.hpp"

#include <petscsystypes.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace nadir {
namespace {

using test::whole_box;

/// Bytes of one part of an estimate.
double part(const MemoryEstimate& estimate, const std::string& name) {
  const auto found = std::ranges::find(estimate.parts, name, &MemoryPart::name);
  EXPECT_NE(found, estimate.parts.end()) << name;
  return found == estimate.parts.end() ? 0 : found->bytes;
}

TEST(Memory, LayersSayWhatTheyHold) {
  Workload w = test::field_workload(9);
  w.layer_bytes = [](const Workload::LayerSetting& s) {
    EXPECT_EQ(s.box, whole_box);
    return 1.0 + 2.0 * s.way_back + 4.0 * s.by_fft;
  };
  LayerPlan layers;
  EXPECT_EQ(part(estimate_memory(w, whole_box, layers), "layers"), 3.0);
  layers.by_fft = true;
  EXPECT_EQ(part(estimate_memory(w, whole_box, layers), "layers"), 7.0);
  w.purpose = Purpose::forward;
  EXPECT_EQ(part(estimate_memory(w, whole_box, layers), "layers"), 5.0);
}

TEST(Memory, StatesAreCountedWithTheirGhosts) {
  const Workload w = test::field_workload(9);
  const MemoryEstimate estimate = estimate_memory(w, whole_box);
  // Rows are padded to whole cache lines, and one comes before the first.
  EXPECT_EQ(part(estimate, "states"), 10.0 * (102 * 208 + 8) * 8);
  EXPECT_EQ(state_bytes(w, whole_box), (102.0 * 208 + 8) * 8);
  EXPECT_EQ(state_bytes(w, whole_box, 2), (106.0 * 208 + 8) * 8); // ghosts of 3
  EXPECT_GT(estimate.total(), part(estimate, "states"));
}

/// Five indices a point; next to other ranks, two buffers for each side of the longest message.
TEST(Memory, TheGridTakesIndicesAndBuffersOfMessages) {
  Workload w = test::field_workload(9, 8);
  const auto grid_bytes = [&](const Extents& owned, Purpose purpose, const StatePlan& plan,
                              const LayerPlan& layers = {}) {
    w.purpose = purpose;
    return part(estimate_memory(w, owned, layers, plan), "grid") -
           5.0 * sizeof(PetscInt) * static_cast<double>(owned[1] * owned[2]);
  };
  StatePlan two;
  two.samples = 2;
  constexpr double buffers = 4 * sizeof(double);
  EXPECT_EQ(grid_bytes(whole_box, Purpose::gradient, two), 0.0);
  w.shape = {1, 300, 200}; // rows of y: states of two samples and g, one state for penalties
  EXPECT_EQ(grid_bytes(whole_box, Purpose::gradient, two), buffers * 200 * (2 + 2 + 1));
  EXPECT_EQ(grid_bytes(whole_box, Purpose::forward, two), buffers * 200 * (1 + 1 + 1));
  // Two layers share exchanges: three rows of states, two of g and lambda besides.
  LayerPlan deep;
  deep.layers_per_exchange = 2;
  EXPECT_EQ(grid_bytes(whole_box, Purpose::gradient, two, deep),
            buffers * 200 * (2 + 2 + 1 + 2 * 3 + 4 * 2));
  w.shape = {1, 300, 400}; // the same: columns have 102 points
  EXPECT_EQ(grid_bytes(whole_box, Purpose::gradient, two), buffers * 200 * (2 + 2 + 1));
  w.shape = {1, 100, 400};
  EXPECT_EQ(grid_bytes(whole_box, Purpose::gradient, two), buffers * 102 * (2 + 2 + 1));
  w.parameters[test::reaction].varies_space = true; // 16 fields of coefficients at once
  EXPECT_EQ(grid_bytes(whole_box, Purpose::gradient, two), buffers * 102 * (2 + 2 + 1 + 16));
}

/// Interpolation goes over the points that are withheld.
TEST(Memory, TheInterpolationGrowsWithItsPoints) {
  Workload w = test::field_workload(9);
  const auto work = [&] { return part(estimate_memory(w, whole_box), "work arrays"); };
  const double none = work();
  w.interpolated = 0.0;
  const double fields = work() - none; // of the interpolation itself
  w.interpolated = 0.25;
  const double quarter = work() - none - fields;
  EXPECT_GT(quarter, 0.0);
  w.interpolated = 1.0;
  EXPECT_DOUBLE_EQ(work() - none - fields, 4 * quarter);
}

TEST(Memory, AttractorsTakeVectorsForEveryStart) {
  Workload w = test::field_workload(1, 2);
  w.purpose = Purpose::attractor;
  w.starts = 12;
  const auto bytes = [&] { return estimate_memory(w, whole_box).total(); };
  const double before = bytes();
  Workload forward = w;
  forward.purpose = Purpose::forward;
  EXPECT_GT(before, estimate_memory(forward, whole_box).total());
  w.starts += 10;
  EXPECT_EQ(bytes() - before, 20.0 * 100 * 200 * 8); // a relaxed and a solved one each
}

} // namespace
} // namespace nadir
