#pragma once

#include "nadir/base/initial_hessian.hpp"
#include "nadir/training/penalty_hessian.hpp"
#include "nadir/training/point_curvature.hpp"

#include <span>
#include <vector>

namespace nadir {

/// Where quasi-Newton methods begin: H0 = A^-1 in unknowns of order one,
///
///     A = B + P'' + mu ,
///
/// B the blocks of the misfit (PointCurvature), P'' the penalties' second derivative. mu, after
/// Levenberg and Marquardt, falls with the loss: a residual as large as the others moves an unknown
/// by 1/20 of its scale at most, which keeps points whose block says little from steps that leave
/// where layers are stable.
///
/// Where P'' couples neighbours A^-1 is a polynomial of A: Chebyshev iterations preconditioned by
/// M = B + diag P'' + mu, of which M^-1 A has its spectrum in (0, 2]. A polynomial needs no inner
/// products, is symmetric and positive definite, and has the same bits on any number of ranks.
/// (Y. Saad, Iterative Methods for Sparse Linear Systems, 2003, algorithm 12.1.)
class ModelHessian final : public InitialHessian {
 public:
  /// Both must outlive it. Collective.
  ModelHessian(const Grid& grid, const ProblemSpec& c, Objective& objective);

  void renew(Vec x) override;
  void solve(Vec g, double f, std::span<const double> free, Vec d) override;

 private:
  using Values = std::vector<double>; ///< like the local part of a control vector

  template<class Use> void for_blocks(const PointCurvature::Group& group, Use use) const;
  void factor_blocks(std::span<const double> free);
  void solve_blocks(Values& v) const;
  void iterate(std::span<const double> free);
  void multiply(const Values& v, Values& out);
  void add_blocks(const PointCurvature::Group& group, const Values& v, Values& out) const;
  void scale(Values& v, int times) const;
  double mu(const PointCurvature::Group& group) const;

  const Grid& grid_;
  const ControlSpace& space_;
  PointCurvature curvature_;
  PenaltyHessian penalty_;
  Values diagonal_;             ///< of P'', of scaled unknowns
  double loss_ = 0;             ///< of the solve
  std::vector<Values> factors_; ///< of M, like the blocks of each group
  Values right_, rest_, step_, sum_, product_;
};

/// Whether a case wants such a model and, if its kernel is swept, has one.
inline bool begins_with_model(const ProblemSpec& c) {
  return c.training.initial_hessian == HessianStart::model && PointCurvature::covers(c);
}

} // namespace nadir
