#pragma once

#include "nadir/base/handle.hpp"
#include "nadir/network/scheme.hpp"

#include <vector>

namespace nadir {

/// z' = r + theta omega F(z') ,   r = z + (1 - theta) omega F(z)
///
/// by Newton's method: theta = 1 is implicit Euler, 1/2 Crank-Nicolson. The linear systems with
///
///     A v = (1 + theta omega) v - theta omega f'(Z) W v
///
/// go to PETSc's GMRES without a matrix, and so do those with A^T of the transpose. Vectors hold
/// the owned points in C order; their sums do not depend on the number of ranks.
///
/// Where Newton's method sits still (kinks of f, large omega), the equation is solved for parts of
/// omega one after the other, each from the solution before.
///
/// Options of PETSc: -layer_ksp_...
class ImplicitScheme final : public Scheme {
 public:
  ImplicitScheme(const Grid& grid, RelaxationRhs& rate, double theta, Activation activation);
  std::string step(double* z, double* z_next) override;

  /// A^T mu = lambda' ,   lambda = mu + (1 - theta) F'(z)^T omega mu ; gradients at z' with theta
  /// mu and at z with (1 - theta) mu as adjoints.
  std::string step_transpose(double* z, double* z_next, const double* lambda_next,
                             double* lambda) override;
  bool reads_next() const override { return true; }

  static std::int64_t arrays(bool with_transpose);

 private:
  enum class Side { plain, transpose };

  void set_start(double* z, double part);
  double evaluate(Vec x, Vec G);
  bool newton();
  bool search(bool close, double& norm);
  bool is_solved(double residual, double start);
  bool is_rounding(double residual, Vec x, double given, Side side, Vec scratch);
  bool homotopy(double* z, int parts);
  bool solve_transpose(Vec b, Vec x);
  double solve(Vec b, Vec x, double tolerance, Side side);
  void multiply(Vec v, Vec result);
  void multiply_transpose(Vec v, Vec result);
  static PetscErrorCode product(Mat matrix, Vec v, Vec result);
  static PetscErrorCode transposed_product(Mat matrix, Vec v, Vec result);

  const Grid& grid_;
  RelaxationRhs& rate_;
  double theta_;
  bool linear_;               ///< f is the identity
  double part_ = 1;           ///< of omega
  Field a_, b_;               ///< hold nothing between calls
  std::vector<double> slope_; ///< theta omega f'(Z) of the x evaluated last
  VecHandle r_, x_, trial_, G_, step_;
  MatHandle A_;
  KspHandle ksp_;
};

} // namespace nadir
