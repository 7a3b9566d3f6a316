#include "nadir/training/make_network.hpp"

#include "nadir/attractor/equilibrium_model.hpp"
#include "nadir/network/chain.hpp"

namespace nadir {

std::unique_ptr<Network> make_network(const Grid& grid, const ProblemSpec& c,
                                      const PassPlan& plan) {
  if (c.network.attractor) return std::make_unique<EquilibriumModel>(grid, c, c.attractor, plan);
  return std::make_unique<Chain>(grid, c, plan);
}

std::unique_ptr<Network> make_network(const Grid& grid, const ProblemSpec& c, std::int64_t samples,
                                      const LayerPlan& layers) {
  return make_network(grid, c, plan_passes(grid, c, samples, layers));
}

} // namespace nadir
