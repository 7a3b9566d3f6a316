#include "nadir/network/layer.hpp"

#include "nadir/network/coefficients.hpp"
#include "nadir/network/deep_halo_layer.hpp"
#include "nadir/network/galerkin_layer.hpp"
#include "nadir/network/scheme_layer.hpp"
#include "nadir/network/stencil_layer.hpp"

namespace nadir {

std::unique_ptr<Layer> make_layer(const Grid& grid, const Case& c, const PassPlan& plan) {
  if (is_galerkin(c)) return std::make_unique<GalerkinLayer>(grid, c, plan.samples);
  if (!swept_as_one(c))
    return std::make_unique<SchemeLayer>(grid, c.network, make_kernel_operator(grid, c),
                                         plan.samples);
  auto kernel = make_kernel(c.kernel, grid.dimension(), grid.spacings());
  if (c.layers_per_exchange > 1)
    return std::make_unique<DeepHaloLayer>(grid, std::move(kernel), c.network.activation,
                                           c.layers_per_exchange, plan.samples);
  return std::make_unique<StencilLayer>(grid, std::move(kernel), c.network.activation, plan.forward,
                                        plan.transpose, plan.samples);
}

} // namespace nadir
