#include "nadir/network/deep_halo_layer.hpp"

#include "nadir/network/coefficients.hpp"

#include <algorithm>

namespace nadir {

DeepHaloLayer::DeepHaloLayer(const Grid& grid, std::unique_ptr<Kernel> kernel,
                             Activation activation, std::int64_t layers, std::size_t samples)
    : StencilLayer(grid, std::move(kernel), activation, {}, {}, samples, deep_ghosts(layers)),
      layers_(layers),
      ghosts_(deep_ghosts(layers)), owned_{grid.dimension(), {0, 0, 0}, layout_.count},
      deep_halo_(grid, layout_, deep_ghosts(layers), samples),
      adjoint_halo_(grid, kernel_.wide_layout(), static_cast<int>(layers), 2 * samples) {
  travelling_.reserve(2 * samples);
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis) {
    for (int side = 0; side < 2; ++side) {
      if (deep_halo_.remote(axis) && grid.neighbour(axis, side))
        faces_[static_cast<std::size_t>(axis)][static_cast<std::size_t>(side)] = 1;
    }
  }
}

Thickness DeepHaloLayer::at_faces(std::int64_t points) const {
  Thickness thickness = faces_;
  for (auto& sides : thickness)
    for (auto& side : sides) side *= points;
  return thickness;
}

Box DeepHaloLayer::grown(std::int64_t points) const {
  Box box = owned_;
  for (std::size_t a = 0; a < faces_.size(); ++a) {
    box.start[a] -= points * faces_[a][0];
    box.count[a] += points * (faces_[a][0] + faces_[a][1]);
  }
  return box;
}

void DeepHaloLayer::steps(const LayerCoefficients& coefficients, const StateTable& z) {
  begin_pass(coefficients);
  deep_halo_.copy_begin(z.layer(0), GhostValue::given);
  // What needs no ghosts of other ranks is computed while they travel.
  compute(z, 1, for_shell(owned_, at_faces(1), [](const Box&) {}));
  deep_halo_.end();
  for_shell(grown(ghosts_ - 1), at_faces(ghosts_), [&](const Box& part) { compute(z, 1, part); });
  for (std::int64_t k = 2; k <= z.steps(); ++k) compute(z, k, grown(ghosts_ - k));
}

void DeepHaloLayer::steps_transpose(const LayerCoefficients& coefficients, const StateTable& z,
                                    const std::array<std::span<double* const>, 2>& lambda,
                                    const LayerGradient& bar) {
  constexpr std::size_t turns = 2;
  begin_pass(coefficients);
  make_g(turns);
  const WayBack way{z, lambda};
  const std::int64_t steps = z.steps();
  const auto g_1 = g(1).first(z.layer(0).size()), lambda_1 = way.adjoints(1);
  travelling_.assign(g_1.begin(), g_1.end());
  travelling_.insert(travelling_.end(), lambda_1.begin(), lambda_1.end()); // its direct part so far

  sweep_.set_gradient(bar);
  const Box core = for_shell(owned_, at_faces(layers_), [&](const Box& p) { adjoint(way, 1, p); });
  adjoint_halo_.copy_begin(travelling_, GhostValue::untouched);
  adjoint(way, 1, core);
  adjoint_halo_.end();
  gather(way, 1, grown(steps - 1));
  for (std::int64_t k = 2; k <= steps; ++k) {
    const std::int64_t around = steps - k + 1;
    sweep_.set_gradient(bar);
    adjoint(way, k, owned_);
    sweep_.set_gradient({}); // others add to theirs
    for_shell(grown(around), at_faces(around), [&](const Box& part) { adjoint(way, k, part); });
    gather(way, k, grown(around - 1));
  }
}

} // namespace nadir
