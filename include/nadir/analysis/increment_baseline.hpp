#pragma once

#include "nadir/grid/grid.hpp"
#include "nadir/training/observations.hpp"

namespace nadir {

/// The increment interpolated without any dynamics: for each sample the field e = y - z_0 that
/// equals the observed increments where target k is used, and is harmonic elsewhere,
///
///     sum_j (e_j - e_i) = 0     over the neighbours j of i along all axes,
///
/// whatever their spacings, whose units (metres up, degrees across) need have nothing to do with
/// each other; wrapped on periodic axes, without flux through all other boundaries. Solved by
/// conjugate gradients with algebraic multigrid (PETSc KSP). Returns the root mean square of z_0 +
/// e - y over the withheld points, in the units of z; 0 without withheld points, NaN should the
/// solver not converge. Collective.
double increment_baseline_rms(const Grid& grid, const Observations& observations, std::size_t k);

} // namespace nadir
