#pragma once

/// The one folder that knows PETSc's private headers, which may change with any version of PETSc.
/// It has what PETSc itself cannot give:
///
///     reproducible_vector   a vector whose sums are the same bits on any number of ranks; types of
///                           vectors are made by filling in PETSc's table of operations
///     tao_type              TAO types that tell all they carry from step to step, so that a run
///     goes
///                           on exactly after a restart, and that measure unknowns in scales
///     quasi_newton, descent methods of that kind
///
/// Its own headers do not include this one, only its sources do: the rest of the house sees
/// PETSc's public interface. It knows base alone, no case, no layers, no files.
#include <petsc/private/taoimpl.h>
#include <petsc/private/vecimpl.h>
