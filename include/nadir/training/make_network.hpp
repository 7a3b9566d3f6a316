#pragma once

#include "nadir/network/network.hpp"
#include "nadir/training/training_spec.hpp"

#include <cstdint>
#include <memory>

namespace nadir {

/// The network of a case, for as many samples at once as `plan` says: a chain of layers, or the
/// step to its attractor. `grid` and `c` must outlive it. Collective over the grid's communicator.
std::unique_ptr<Network> make_network(const Grid& grid, const ProblemSpec& c, const PassPlan& plan);
std::unique_ptr<Network> make_network(const Grid& grid, const ProblemSpec& c,
                                      std::int64_t samples = 1, const LayerPlan& layers = {});

} // namespace nadir
