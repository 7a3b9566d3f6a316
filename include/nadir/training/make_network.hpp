#pragma once

#include "nadir/network/network.hpp"

#include <cstdint>
#include <memory>

namespace nadir {

/// The network of a case, for as many samples at once as `plan` says: a chain of layers, or the
/// step to its attractor. `grid` and `c` must outlive it. Collective over the grid's communicator.
std::unique_ptr<Network> make_network(const Grid& grid, const Case& c, const PassPlan& plan);
std::unique_ptr<Network> make_network(const Grid& grid, const Case& c, std::int64_t samples = 1,
                                      const LayerPlan& layers = {});

} // namespace nadir
