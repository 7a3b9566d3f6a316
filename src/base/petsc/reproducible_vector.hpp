#pragma once

#include <petscvec.h>

namespace nadir {

/// PETSc's standard vector with operations whose results do not depend on the number of ranks: sums
/// (dot products, norms, VecSum, split-phase ones too) are ReproducibleSums, and what works entry
/// by entry uses one multiplication and one addition each, where BLAS may fuse them in some places.
/// The name of its type, registered by the first call. Not collective.
VecType reproducible_vector_type();

/// a . b, summed as the vectors do. Collective.
double dot(Vec a, Vec b);

} // namespace nadir
