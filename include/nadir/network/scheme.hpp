#pragma once

#include "nadir/grid/grid.hpp"
#include "nadir/network/relaxation_rhs.hpp"

#include <complex>
#include <memory>
#include <string>

namespace nadir {

/// How one layer goes from z to z_next, marching dz/dt = gamma F(z) over omega = gamma dt, which
/// may differ from point to point; and the exact transpose of that. Padded arrays of the rate's
/// layout, whose ghosts are overwritten. The rate has the coefficients, and for transposes where
/// gradients go. Collective.
class Scheme {
 public:
  virtual ~Scheme() = default;

  /// Why there is no z_next, the same on all ranks; empty where it was found. z_next is then NaN,
  /// as it may be, or infinite, without a problem.
  virtual std::string step(double* z, double* z_next) = 0;

  /// lambda of z from lambda_next of z_next, which step() made of z, and all derivatives. Arrays
  /// differ. Returns a problem as step() does.
  virtual std::string step_transpose(double* z, double* z_next, const double* lambda_next,
                                     double* lambda) = 0;
  /// Whether step_transpose reads z_next.
  virtual bool reads_next() const { return false; }
};

/// `rate` and `grid` must outlive it. Collective; reads PETSc's options where the scheme is
/// implicit.
std::unique_ptr<Scheme> make_scheme(const Grid& grid, const NetworkSpec& network,
                                    RelaxationRhs& rate);

/// Arrays of the size of a state that a scheme holds, padded or not, those of PETSc's solvers
/// included; the rate's own two besides.
std::int64_t scheme_arrays(SchemeKind kind, bool with_transpose);

/// The factor of one layer where F(z) = mu z, h = omega mu.
std::complex<double> amplification_factor(SchemeKind kind, std::complex<double> h);

} // namespace nadir
