#include "nadir/training/symmetry.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/base/hashed_random.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace nadir {
namespace {

/// The largest difference of any layer from the first, and the largest value, of parameters by
/// layer on this rank.
std::array<double, 2> difference_and_size(const ControlSpace& space, const double* v) {
  std::array<double, 2> most{0, 0};
  for (const ControlSpace::Block& block : space.blocks()) {
    const std::int64_t layer = block.components * block.points;
    for (std::int64_t i = 0; block.layers > 1 && i < block.size(); ++i) {
      const double first = v[block.offset + i % std::max<std::int64_t>(layer, 1)];
      most[0] = std::max(most[0], std::abs(v[block.offset + i] - first));
      most[1] = std::max(most[1], std::abs(v[block.offset + i]));
    }
  }
  return most;
}

std::array<double, 2> over_ranks(MPI_Comm comm, std::array<double, 2> most) {
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, most.data(), 2, MPI_DOUBLE, MPI_MAX, comm));
  return most;
}

/// Whether some parameter of every layer is fixed, whatever its values: layers are told apart.
bool told_apart(const ParameterSet& parameters) {
  return std::ranges::any_of(
      parameters, [](const Parameter& p) { return p.spec.varies_layer && !p.spec.train; });
}

} // namespace

bool layers_would_stay_equal(Objective& objective, Vec x) {
  const ControlSpace& space = objective.space();
  MPI_Comm comm = objective.grid().comm();
  const auto by_layer = [](const ControlSpace::Block& block) { return block.layers > 1; };
  if (std::ranges::none_of(space.blocks(), by_layer) ||
      told_apart(objective.coefficients().parameters()))
    return false;
  if (over_ranks(comm, difference_and_size(space, VecRead(x).data()))[0] > 0) return false;
  const VecHandle g = space.create();
  (void)objective.value_and_gradient(x, g);
  constexpr double rounding = 1e-9;
  const auto [difference, size] = over_ranks(comm, difference_and_size(space, VecRead(g).data()));
  return size > 0 && difference <= rounding * size;
}

void perturb_layers(const Objective& objective, double share, std::uint64_t seed, Vec x) {
  const ControlSpace& space = objective.space();
  VecHandle lower = space.create(), upper = space.create();
  space.bounds(lower, upper);
  const VecRead low(lower), high(upper);
  VecWrite values(x);
  for (const ControlSpace::Block& block : space.blocks()) {
    if (block.layers == 1) continue;
    const std::vector<double> scales = objective.component_scales(block.parameter);
    const std::uint64_t stream = named_stream(seed, block.parameter.name);
    for (std::int64_t k = 0; k < block.layers * block.components; ++k) {
      const double move = share * scales[static_cast<std::size_t>(k % block.components)] *
                          normal_number(stream, static_cast<std::uint64_t>(k));
      for (std::int64_t i = block.offset + k * block.points;
           i < block.offset + (k + 1) * block.points; ++i)
        values.data()[i] = std::clamp(values.data()[i] + move, low.data()[i], high.data()[i]);
    }
  }
}

} // namespace nadir
