#pragma once

#include <petscvec.h>

#include <span>

namespace nadir {

/// What a quasi-Newton method takes for the Hessian before it has learned anything of it: some
/// model, symmetric and positive definite. Collective.
class InitialHessian {
 public:
  virtual ~InitialHessian() = default;

  /// Makes it that of the surroundings of x.
  virtual void renew(Vec x) = 0;

  /// d = A^-1 g among the unknowns that are free (1; the others are 0; empty: all of them), 0
  /// elsewhere; f is the value there. g and d may be the same.
  virtual void solve(Vec g, double f, std::span<const double> free, Vec d) = 0;
};

} // namespace nadir
