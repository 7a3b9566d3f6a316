#pragma once

#include "nadir/training/objective.hpp"

namespace nadir {

/// Whether layers with trained parameters of their own would stay equal for ever: they start alike,
/// and so are the derivatives of the loss by them, to rounding. That is a saddle which methods that
/// follow the gradient do not leave. One evaluation, where values alone do not tell. Collective.
/// Throws what Objective does.
bool layers_would_stay_equal(Objective& objective, Vec x);

/// Moves every layer's components by a normal number times `share` of their scales, by a hash of
/// `seed`, parameter, layer and component: fields as a whole. What leaves the bounds is put on
/// them. The same on any number of ranks. Collective.
void perturb_layers(const Objective& objective, double share, std::uint64_t seed, Vec x);

} // namespace nadir
