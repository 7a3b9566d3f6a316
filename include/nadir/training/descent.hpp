#pragma once

#include "nadir/input/case.hpp"

#include <petsctao.h>

#include <string_view>

namespace nadir {

/// Registers our own TAO types, once per process:
///
///     steepest-descent   theta <- P(theta - alpha grad)                                   (5)
///     adam               Kingma & Ba 2015, algorithm 1, followed by the projection P
///
/// P is the projection on the bounds, where there are any. Both run a fixed number of steps unless
/// the (projected) gradient falls below the tolerances; neither searches along a line, so the
/// objective may rise. Only where it is infinite, the step is shortened until the objective is no
/// higher than before it. With use_scales adam works in scaled unknowns; steepest descent is (5) as
/// it stands. epsilon of adam is a share of the objective's first value (a power of two near it).
/// Collective.
void register_descent_types();

/// Whether a type, by its name, is one of these, which take every step.
bool takes_every_step(std::string_view type);

/// The rates of the case for one of our types; nothing for PETSc's own.
void set_descent_rates(Tao tao, const TrainingCase& training);

} // namespace nadir
