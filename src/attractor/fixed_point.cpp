#include "nadir/attractor/fixed_point.hpp"

#include "nadir/base/log.hpp"
#include "nadir/base/session.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

/// Vectors of a Krylov basis before it begins anew, and iterations for one step of Newton's.
constexpr PetscInt newton_krylov_basis = 60;
constexpr PetscInt newton_krylov_iterations = 300;

/// Whether the residual has hardly fallen for some steps: Newton's method then sits in a minimum of
/// |F| that is no zero.
bool stalls(const std::vector<double>& history) {
  constexpr std::size_t steps = 12;
  constexpr double hardly = 0.9;
  return history.size() > steps && history.back() > hardly * history[history.size() - 1 - steps];
}

} // namespace

std::string residuals_text(const std::vector<double>& history) {
  constexpr std::size_t shown = 10;
  const std::size_t stride = (history.size() + shown - 1) / shown;
  std::string text;
  for (std::size_t k = 0; k < history.size(); k += stride) text += formatted(" %.1e", history[k]);
  if (stride > 1) text += formatted(", at last %.1e", history.back());
  return text;
}

bool is_fixed(double residual, Vec z, double tolerance) {
  return std::isfinite(residual) && residual <= tolerance * scale_of(z);
}

FixedPointSolver::FixedPointSolver(FixedPointMap& map, FixedPointMethod method, double tolerance,
                                   std::int64_t iterations)
    : problem_(new Problem{map, method == FixedPointMethod::anderson, tolerance, map.create(), {}}),
      jacobian_(map.residual_jacobian()) {
  check_petsc(SNESCreate(map.grid().comm(), snes_.out()));
  check_petsc(SNESSetOptionsPrefix(snes_, "attractor_"));
  check_petsc(SNESSetType(snes_, problem_->mixing ? SNESANDERSON : SNESNEWTONLS));
  check_petsc(SNESSetFunction(snes_, problem_->residual, evaluate, problem_.get()));
  if (!problem_->mixing) prepare_newton();
  check_petsc(SNESSetConvergenceTest(snes_, judge, problem_.get(), nullptr));
  const auto most = static_cast<PetscInt>(std::min<std::int64_t>(iterations, PETSC_MAX_INT));
  check_petsc(
      SNESSetTolerances(snes_, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT, most, PETSC_MAX_INT));
  check_petsc(SNESSetFromOptions(snes_));
  query_options({"-attractor_ksp_converged_reason"}); // KSPSolve reads it
}

void FixedPointSolver::prepare_newton() {
  check_petsc(SNESSetJacobian(snes_, jacobian_, jacobian_, differentiate, problem_.get()));
  // A step along a direction that is not exact is better than none.
  check_petsc(SNESSetMaxLinearSolveFailures(snes_, PETSC_MAX_INT));
  check_petsc(SNESKSPSetUseEW(snes_, PETSC_TRUE));
  KSP ksp = nullptr;
  PC pc = nullptr;
  check_petsc(SNESGetKSP(snes_, &ksp));
  check_petsc(KSPSetType(ksp, KSPGMRES));
  check_petsc(KSPGMRESSetRestart(ksp, newton_krylov_basis));
  check_petsc(KSPSetTolerances(ksp, PETSC_DEFAULT, 0.0, PETSC_DEFAULT, newton_krylov_iterations));
  check_petsc(KSPGetPC(ksp, &pc));
  check_petsc(PCSetType(pc, PCNONE));
}

PetscErrorCode FixedPointSolver::evaluate(SNES, Vec z, Vec F, void* problem) {
  return petsc_callback([=] { static_cast<Problem*>(problem)->map.residual(z, F); });
}

PetscErrorCode FixedPointSolver::differentiate(SNES, Vec z, Mat A, Mat, void* problem) {
  return petsc_callback([=] {
    static_cast<Problem*>(problem)->map.linearise(z);
    check_petsc(MatAssemblyBegin(A, MAT_FINAL_ASSEMBLY));
    check_petsc(MatAssemblyEnd(A, MAT_FINAL_ASSEMBLY));
  });
}

PetscErrorCode FixedPointSolver::judge(SNES snes, PetscInt, PetscReal, PetscReal, PetscReal norm,
                                       SNESConvergedReason* reason, void* problem) {
  return petsc_callback([=] {
    auto& p = *static_cast<Problem*>(problem);
    const double residual = norm / std::sqrt(static_cast<double>(p.map.points()));
    p.history.push_back(residual);
    Vec z = nullptr;
    check_petsc(SNESGetSolution(snes, &z));
    if (!std::isfinite(residual))
      *reason = SNES_DIVERGED_FNORM_NAN;
    else if (is_fixed(residual, z, p.tolerance))
      *reason = SNES_CONVERGED_FNORM_ABS;
    else
      *reason = !p.mixing && stalls(p.history) ? SNES_DIVERGED_LOCAL_MIN : SNES_CONVERGED_ITERATING;
  });
}

FixedPointEnd FixedPointSolver::solve(Vec z) {
  problem_->history.clear();
  check_petsc(SNESSolve(snes_, nullptr, z));
  FixedPointEnd end;
  PetscInt iterations = 0;
  check_petsc(SNESGetIterationNumber(snes_, &iterations));
  end.iterations = iterations;
  end.residual = problem_->map.residual(z, problem_->residual);
  end.diverged = !std::isfinite(end.residual);
  end.found = is_fixed(end.residual, z, problem_->tolerance);
  end.history = problem_->history;
  return end;
}

FixedPointEnd relax_to_rest(FixedPointMap& map, Vec z, double tolerance, std::int64_t layers) {
  constexpr std::int64_t longest_block = 256;
  const VecHandle F = map.create();
  FixedPointEnd end;
  for (std::int64_t block = 4;; block = std::min(2 * block, longest_block)) {
    end.residual = map.residual(z, F);
    end.history.push_back(end.residual);
    end.diverged = !std::isfinite(end.residual);
    end.found = is_fixed(end.residual, z, tolerance);
    if (end.found || end.diverged || end.iterations >= layers) return end;
    const std::int64_t next = std::min(block, layers - end.iterations);
    map.relax(z, next);
    end.iterations += next;
  }
}

} // namespace nadir
