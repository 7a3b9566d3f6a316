#pragma once

#include "nadir/grid/grid.hpp"
#include "nadir/network/network_spec.hpp"
#include "nadir/plan/passes.hpp"

namespace nadir {

/// Whether StencilLayer sweeps the layers of a case, several in a pass, where its kernel is not
/// computed by Fourier transforms.
bool swept_as_one(const ModelSpec& c);

/// Whether consecutive layers have the same coefficients and couple next neighbours alone, so that
/// they may then be computed in one pass, or after one exchange of ghosts.
bool layers_may_go_together(const ModelSpec& c);

/// plan_passes for the layers of a case on this rank's box of a grid. Not collective.
PassPlan plan_passes(const Grid& grid, const ModelSpec& c, std::int64_t samples = 1,
                     const LayerPlan& how = {});

} // namespace nadir
