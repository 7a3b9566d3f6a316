#pragma once

#include "nadir/grid/process_grid.hpp"
#include "nadir/plan/workload.hpp"

#include <cstdint>
#include <vector>

/// Work in plain numbers.
namespace nadir::test {

/// A gradient of one sample through 3 layers of adr, whose parameters are fixed numbers, next
/// neighbours coupled on a periodic grid, compared with one target at the end.
inline Workload small_workload(const std::vector<std::int64_t>& shape) {
  Workload w;
  w.purpose = Purpose::gradient;
  w.dimension = static_cast<int>(shape.size());
  w.shape = three_extents(shape);
  w.periodic = {true, true, true};
  w.layers = 3;
  w.reach = {1, 2};
  w.together = true;
  w.fields_at_once = 16;
  for (const std::int64_t components : {1, w.dimension, 1, 1, 1}) { // R, U, D, b, omega
    w.parameters.emplace_back().components = components;
  }
  w.targets = w.target_layers = 1;
  w.training_vectors = 25;
  w.remembered_vectors = 11;
  w.stored_layers = w.checkpointed_layers = 2;
  return w;
}
/// On 100 x 200 points, all on one rank.
inline constexpr Extents whole_box{1, 100, 200};
inline Workload field_workload(std::int64_t layers, std::int64_t samples = 1) {
  Workload w = small_workload({100, 200});
  w.layers = layers;
  w.samples = samples;
  return w;
}
enum { reaction, advection, diffusion, bias, relaxation }; ///< its parameters

/// Makes every parameter trained and varying as told.
inline void train_all(Workload& w, bool space, bool layer) {
  for (ParameterSize& p : w.parameters) {
    p.trained = true;
    p.varies_space = space;
    p.varies_layer = layer;
  }
  w.together = !layer;
}

} // namespace nadir::test
