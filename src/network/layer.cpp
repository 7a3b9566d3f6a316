#include "nadir/network/layer.hpp"

#include "nadir/network/coefficients.hpp"
#include "nadir/network/convolution_operator.hpp"
#include "nadir/network/deep_halo_layer.hpp"
#include "nadir/network/dense_operator.hpp"
#include "nadir/network/galerkin_layer.hpp"
#include "nadir/network/scheme_layer.hpp"
#include "nadir/network/stencil_layer.hpp"

namespace nadir {

std::unique_ptr<Layer> make_layer(const Grid& grid, const ModelSpec& c, const PassPlan& plan) {
  if (is_galerkin(c)) return std::make_unique<GalerkinLayer>(grid, c, plan.samples);
  if (plan.by_fft || !swept_as_one(c))
    return std::make_unique<SchemeLayer>(grid, c.network,
                                         make_kernel_operator(grid, c, plan.by_fft), plan.samples);
  auto kernel = make_kernel(c.kernel, grid.dimension(), grid.spacings());
  if (plan.layers_per_exchange > 1)
    return std::make_unique<DeepHaloLayer>(grid, std::move(kernel), c.network.activation,
                                           plan.layers_per_exchange, plan.samples);
  return std::make_unique<StencilLayer>(grid, std::move(kernel), c.network.activation, plan.forward,
                                        plan.transpose, plan.samples);
}

double layer_bytes(const ModelSpec& c, const Extents& box, bool with_transpose, bool by_fft) {
  if (is_galerkin(c)) return GalerkinLayer::work_bytes(c, box);
  if (!by_fft && swept_as_one(c)) return 0;
  const Layout layout(box, c.grid.dimension(), state_ghosts(c));
  const double bytes = sizeof(double) * static_cast<double>(layout.size()) *
                       static_cast<double>(SchemeLayer::arrays(c.network, with_transpose));
  const double owned = points_in(box);
  if (c.kernel.is_full_matrix())
    return bytes + DenseOperator::bytes(points_in(three_extents(c.grid.shape)), owned);
  if (!by_fft) return bytes;
  double coefficients = 0;
  for (const Parameter& p : ParameterSet(c))
    if (p.is_kernels()) coefficients += static_cast<double>(p.components);
  return bytes + ConvolutionOperator::bytes(owned, coefficients);
}

} // namespace nadir
