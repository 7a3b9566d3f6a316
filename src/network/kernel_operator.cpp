#include "nadir/network/kernel_operator.hpp"

#include "nadir/network/convolution_operator.hpp"
#include "nadir/network/dense_operator.hpp"
#include "nadir/network/stencil_operator.hpp"

namespace nadir {

void KernelOperator::add_transpose(const double* Z_bar, double* z_bar) {
  const Layout& layout = state_layout();
  if (!product_) product_.emplace(layout);
  apply_transpose(Z_bar, product_->data());
  for (std::int64_t z = 0; z < layout.count[0]; ++z) {
    for (std::int64_t y = 0; y < layout.count[1]; ++y) {
      const std::ptrdiff_t first = layout.index(z, y, 0);
      for (std::ptrdiff_t at = first; at < first + layout.count[2]; ++at)
        z_bar[at] += product_->data()[at];
    }
  }
}

std::unique_ptr<KernelOperator> make_kernel_operator(const Grid& grid, const ModelSpec& c,
                                                     bool by_fft) {
  if (c.kernel.is_full_matrix()) return std::make_unique<DenseOperator>(grid);
  if (by_fft)
    return std::make_unique<ConvolutionOperator>(
        grid, stencil_table_of(c.kernel, grid.dimension(), grid.spacings()));
  return std::make_unique<StencilOperator>(
      grid, make_kernel(c.kernel, grid.dimension(), grid.spacings()));
}

} // namespace nadir
