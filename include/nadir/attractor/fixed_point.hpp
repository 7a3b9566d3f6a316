#pragma once

#include "nadir/attractor/attractor_spec.hpp"
#include "nadir/attractor/fixed_point_map.hpp"

#include <memory>
#include <string>
#include <vector>

namespace nadir {

/// How a search for a fixed point ended.
struct FixedPointEnd {
  bool found = false;
  bool diverged = false;       ///< the last state is not finite
  double residual = 0;         ///< root mean square of z - f(Z)
  std::int64_t iterations = 0; ///< or layers
  std::vector<double> history; ///< residuals on the way
};

/// "3.2e-01 4.5e-03 ... 2.2e-05", a blank before each: residuals on the way, at most ten of them.
std::string residuals_text(const std::vector<double>& history);

/// Whether z is as good a fixed point as asked: the residual is at most tolerance * max(1, |z|).
bool is_fixed(double residual, Vec z, double tolerance);

/// z* = f(W z* - b) from a start by PETSc's SNES: Newton-Krylov with the exact Jacobian I - J,
/// without a matrix, or Anderson mixing. The coefficients are those of the map at the time.
/// Options of PETSc: -attractor_snes_..., -attractor_ksp_... Collective.
class FixedPointSolver {
 public:
  /// Reads the options.
  FixedPointSolver(FixedPointMap& map, FixedPointMethod method, double tolerance,
                   std::int64_t iterations);

  /// From z to the fixed point in z. Not finding one is no error.
  FixedPointEnd solve(Vec z);

 private:
  void prepare_newton();

  /// What SNES calls back with; it stays where it is.
  struct Problem {
    FixedPointMap& map;
    bool mixing;
    double tolerance;
    VecHandle residual;
    std::vector<double> history;
  };
  static PetscErrorCode evaluate(SNES, Vec z, Vec F, void* problem);
  static PetscErrorCode differentiate(SNES, Vec z, Mat, Mat, void* problem);
  static PetscErrorCode judge(SNES snes, PetscInt iteration, PetscReal, PetscReal, PetscReal norm,
                              SNESConvergedReason* reason, void* problem);

  std::unique_ptr<Problem> problem_;
  MatHandle jacobian_;
  SnesHandle snes_;
};

/// Lets z relax through at most `layers` layers until it is fixed: the authority on which basin a
/// start lies in. Collective.
FixedPointEnd relax_to_rest(FixedPointMap& map, Vec z, double tolerance, std::int64_t layers);

} // namespace nadir
