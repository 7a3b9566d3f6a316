#pragma once

#include "nadir/base/check.hpp"

namespace nadir {

/// Calls start() when it is first needed after each start of PETSc: what it registers there is gone
/// with PETSc's end. Not collective.
template<void (*start)()> void once_per_petsc() {
  static bool done = false;
  if (done) return;
  start();
  done = true;
  check_petsc(PetscRegisterFinalize([] {
    done = false;
    return PetscErrorCode(0);
  }));
}

} // namespace nadir
