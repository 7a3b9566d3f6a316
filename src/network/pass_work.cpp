#include "nadir/network/pass_work.hpp"

#include "nadir/network/coefficients.hpp"
#include "nadir/network/schemes.hpp"

#include <algorithm>
#include <limits>

namespace nadir {
namespace {

PassWork pass_work(const ModelSpec& c, const LayerPlan& how) {
  PassWork work;
  work.together = layers_may_go_together(c) && !how.by_fft;
  work.layers = c.network.attractor ? std::numeric_limits<std::int64_t>::max() : c.network.layers;
  for (const Parameter& p : ParameterSet(c)) {
    const ParameterSpec& parameter = p.spec;
    if (!parameter.varies_space) continue;
    work.fields += p.components;
    if (parameter.train) work.trained_fields += p.components;
  }
  return work;
}

} // namespace

bool swept_as_one(const ModelSpec& c) {
  return is_plain(c.network) && !c.kernel.is_full_matrix() && !is_galerkin(c);
}

bool layers_may_go_together(const ModelSpec& c) {
  return swept_as_one(c) && c.kernel.radius() <= 1 && !ParameterSet(c).any_by_layer();
}

PassPlan plan_passes(const Grid& grid, const ModelSpec& c, std::int64_t samples,
                     const LayerPlan& how) {
  CutGrid cut{grid.dimension(), grid.shape(), grid.process_grid(), {}};
  for (int axis = grid.first_axis(); axis < max_dimension; ++axis)
    cut.periodic[static_cast<std::size_t>(axis)] =
        grid.boundary(axis).kind == BoundaryKind::periodic;
  return plan_passes(pass_work(c, how), cut, grid.owned().count, samples, how);
}

} // namespace nadir
