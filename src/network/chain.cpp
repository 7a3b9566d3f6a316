#include "nadir/network/chain.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {

Chain::Chain(const Grid& grid, const Case& c)
    : grid_(grid), layers_(c.network.layers),
      kernel_(make_kernel(c.kernel, grid.dimension(), grid.spacings())),
      layer_(grid, *kernel_, c.network.activation) {}

std::optional<NonFinite> Chain::forward(const Coefficients& coefficients, Trajectory& states,
                                        std::int64_t first, std::int64_t last,
                                        const Observer& observe) {
  std::optional<NonFinite> problem;
  if (first == 0) observe(0, states.read(0));
  for (std::int64_t l = first; l < last; ++l) {
    double* z_next = states.write(l + 1);
    const bool finite = layer_.step(coefficients.layer(l), states.read(l), z_next);
    if (!finite && !problem) problem = find_non_finite(l + 1, z_next);
    observe(l + 1, z_next);
  }
  return problem;
}

const double* Chain::adjoint(Coefficients& coefficients, Trajectory& states, const Seed& seed,
                             Coefficients& bar) {
  coefficients.fill_ghosts();
  for (auto& lambda : lambda_) lambda.resize(state_layout().size());
  std::ranges::fill(lambda_[0], 0.0);
  double* lambda_next = lambda_[0].data();
  double* lambda = lambda_[1].data();
  seed(layers_, states.read(layers_), lambda_next);
  for (std::int64_t l = layers_ - 1; l >= 0; --l) {
    const double* z = states.read(l);
    layer_.step_transpose(coefficients.layer(l), z, lambda_next, lambda, bar.layer_bar(l));
    seed(l, z, lambda);
    std::swap(lambda, lambda_next);
  }
  return lambda_next;
}

NonFinite Chain::find_non_finite(std::int64_t layer, const double* z) const {
  const Layout& layout = state_layout();
  for (std::int64_t k = 0; k < layout.count[0]; ++k) {
    for (std::int64_t j = 0; j < layout.count[1]; ++j) {
      for (std::int64_t i = 0; i < layout.count[2]; ++i) {
        if (!std::isfinite(z[layout.index(k, j, i)])) return {layer, grid_.global_index(k, j, i)};
      }
    }
  }
  return {layer, 0};
}

} // namespace nadir
