#include "nadir/network/layer.hpp"

#include "nadir/network/coefficients.hpp"
#include "nadir/network/galerkin_layer.hpp"
#include "nadir/network/scheme_layer.hpp"
#include "nadir/network/stencil_layer.hpp"

namespace nadir {

std::unique_ptr<Layer> make_layer(const Grid& grid, const Case& c, const PassPlan& plan) {
  if (is_galerkin(c)) return std::make_unique<GalerkinLayer>(grid, c, plan.samples);
  if (!swept_as_one(c))
    return std::make_unique<SchemeLayer>(grid, c.network, make_kernel_operator(grid, c),
                                         plan.samples);
  return std::make_unique<StencilLayer>(
      grid, make_kernel(c.kernel, grid.dimension(), grid.spacings()), c.network.activation,
      plan.forward, plan.transpose, plan.samples);
}

} // namespace nadir
