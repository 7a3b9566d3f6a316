#include "implicit_scheme.hpp"

#include "base/petsc/reproducible_vector.hpp"

#include "nadir/base/log.hpp"
#include "nadir/base/session.hpp"
#include "nadir/grid/noise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace nadir {
namespace {

/// Vectors of a Krylov basis before it begins anew; iterations for a step of Newton's method, which
/// need not be exact, and for a transposed system.
constexpr PetscInt krylov_basis = 30, step_iterations = 300, transposed_iterations = 3000;
/// Steps of Newton's method for one layer, and those in which the residual must have halved.
constexpr int newton_steps = 60, patience = 10;
/// Corrections relative to the solution: below this they are rounding ...
constexpr double rounding = 1e-15;
/// ... and below this they may fall no more: rounding of a stiff system.
constexpr double attained = 1e-11;
/// A residual is rounding if changes of x by this part of its values would leave as much, ...
constexpr double backward_error = 1e-13;
/// ... and if no more than this part of the right-hand side is left.
constexpr double most_left = 1e-6;
/// Below this Newton's steps need no judgement.
constexpr double close_by = 1e-8;
/// Relative residuals asked of GMRES: at first, and for a system that is solved once.
constexpr double first_forcing = 1e-2, tight = 1e-14;

VecHandle owned_points(const Grid& grid) {
  VecHandle v;
  check_petsc(VecCreate(grid.comm(), v.out()));
  check_petsc(VecSetSizes(v, static_cast<PetscInt>(grid.owned().points()),
                          static_cast<PetscInt>(grid.points())));
  check_petsc(VecSetType(v, reproducible_vector_type()));
  check_petsc(VecSet(v, 0.0));
  return v;
}

double length_of(Vec v) {
  PetscReal norm = 0;
  check_petsc(VecNorm(v, NORM_2, &norm));
  return norm;
}

std::string unsolved(const char* what, double residual) {
  return formatted("%s was not solved (it is left with %.1e of its right-hand side): try a smaller "
                   "network.relaxation with more layers, or another network.scheme",
                   what, residual);
}

} // namespace

ImplicitScheme::ImplicitScheme(const Grid& grid, RelaxationRhs& rate, double theta,
                               Activation activation)
    : grid_(grid), rate_(rate), theta_(theta), linear_(activation->linear), a_(rate.state_layout()),
      b_(rate.state_layout()), slope_(static_cast<std::size_t>(grid.owned().points())),
      r_(owned_points(grid)), x_(owned_points(grid)), trial_(owned_points(grid)),
      G_(owned_points(grid)), step_(owned_points(grid)) {
  const auto n = static_cast<PetscInt>(grid.owned().points());
  const auto all = static_cast<PetscInt>(grid.points());
  check_petsc(MatCreateShell(grid.comm(), n, n, all, all, this, A_.out()));
  check_petsc(MatShellSetVecType(A_, reproducible_vector_type()));
  check_petsc(MatShellSetOperation(A_, MATOP_MULT, reinterpret_cast<void (*)()>(product)));
  check_petsc(MatShellSetOperation(A_, MATOP_MULT_TRANSPOSE,
                                   reinterpret_cast<void (*)()>(transposed_product)));
  check_petsc(KSPCreate(grid.comm(), ksp_.out()));
  check_petsc(KSPSetOptionsPrefix(ksp_, "layer_"));
  check_petsc(KSPSetOperators(ksp_, A_, A_));
  check_petsc(KSPSetType(ksp_, KSPGMRES));
  check_petsc(KSPGMRESSetRestart(ksp_, krylov_basis));
  check_petsc(KSPGMRESSetCGSRefinementType(ksp_, KSP_GMRES_CGS_REFINE_IFNEEDED));
  check_petsc(KSPSetTolerances(ksp_, tight, 0.0, PETSC_DEFAULT, step_iterations));
  PC pc = nullptr;
  check_petsc(KSPGetPC(ksp_, &pc));
  check_petsc(PCSetType(pc, PCNONE));
  check_petsc(KSPSetFromOptions(ksp_));
  query_options({"-layer_ksp_converged_reason"}); // KSPSolve reads it
}

std::int64_t ImplicitScheme::arrays(bool with_transpose) {
  constexpr std::int64_t own = 2 + 1 + 5, solver = krylov_basis + 6;
  return own + solver + (with_transpose ? 1 : 0);
}

/// r of a part of omega; x stays.
void ImplicitScheme::set_start(double* z, double part) {
  part_ = part;
  VecWrite r(r_);
  if (theta_ == 1.0) return pack(rate_.state_layout(), z, r.data());
  const double rest = part * (1 - theta_);
  rate_.evaluate(z, [&](const PointRows::Piece& piece, const double* f, const double*) {
    for (int i = 0; i < piece.n; ++i) {
      const double here = z[piece.at + i];
      r.data()[piece.packed + i] = here + rest * piece.omega[i] * (f[i] - here);
    }
  });
}

/// G = x - theta omega F(x) - r, A at x, and the norm of G.
double ImplicitScheme::evaluate(Vec x, Vec G) {
  double* const at_x = a_.data();
  unpack(rate_.state_layout(), VecRead(x).data(), at_x);
  {
    const VecRead r(r_);
    VecWrite to(G);
    const double theta = part_ * theta_;
    rate_.evaluate(at_x, [&](const PointRows::Piece& piece, const double* f, const double* slope) {
      for (int i = 0; i < piece.n; ++i) {
        const double here = at_x[piece.at + i], step = theta * piece.omega[i];
        const auto k = static_cast<std::size_t>(piece.packed + i);
        to.data()[k] = (here - r.data()[k]) - step * (f[i] - here);
        slope_[k] = step * slope[i];
      }
    });
  }
  return length_of(G);
}

void ImplicitScheme::multiply(Vec v, Vec result) {
  unpack(rate_.state_layout(), VecRead(v).data(), a_.data());
  rate_.kernel().apply(a_.data(), b_.data(), GhostValue::zero);
  VecWrite to(result);
  const double theta = part_ * theta_;
  rate_.rows().for_pieces([&](const PointRows::Piece& piece) {
    for (int i = 0; i < piece.n; ++i) {
      const auto k = static_cast<std::size_t>(piece.packed + i);
      const std::ptrdiff_t at = piece.at + i;
      to.data()[k] = (1 + theta * piece.omega[i]) * a_.data()[at] - slope_[k] * b_.data()[at];
    }
  });
}

void ImplicitScheme::multiply_transpose(Vec v, Vec result) {
  const VecRead from(v);
  rate_.rows().for_pieces([&](const PointRows::Piece& piece) {
    for (int i = 0; i < piece.n; ++i) {
      const auto k = static_cast<std::size_t>(piece.packed + i);
      a_.data()[piece.at + i] = slope_[k] * from.data()[k];
    }
  });
  rate_.kernel().apply_transpose(a_.data(), b_.data());
  VecWrite to(result);
  const double theta = part_ * theta_;
  rate_.rows().for_pieces([&](const PointRows::Piece& piece) {
    for (int i = 0; i < piece.n; ++i) {
      const std::ptrdiff_t k = piece.packed + i;
      to.data()[k] = (1 + theta * piece.omega[i]) * from.data()[k] - b_.data()[piece.at + i];
    }
  });
}

PetscErrorCode ImplicitScheme::product(Mat matrix, Vec v, Vec result) {
  return petsc_callback([=] {
    void* scheme = nullptr;
    check_petsc(MatShellGetContext(matrix, static_cast<void*>(&scheme)));
    static_cast<ImplicitScheme*>(scheme)->multiply(v, result);
  });
}

PetscErrorCode ImplicitScheme::transposed_product(Mat matrix, Vec v, Vec result) {
  return petsc_callback([=] {
    void* scheme = nullptr;
    check_petsc(MatShellGetContext(matrix, static_cast<void*>(&scheme)));
    static_cast<ImplicitScheme*>(scheme)->multiply_transpose(v, result);
  });
}

/// A x = b, or A^T x = b, from x = 0; returns the norm of x, NaN where there is none.
double ImplicitScheme::solve(Vec b, Vec x, double tolerance, Side side) {
  const bool plain = side == Side::plain;
  check_petsc(KSPSetTolerances(ksp_, tolerance, PETSC_DEFAULT, PETSC_DEFAULT,
                               plain ? step_iterations : transposed_iterations));
  check_petsc(plain ? KSPSolve(ksp_, b, x) : KSPSolveTranspose(ksp_, b, x));
  return length_of(x);
}

/// Whether what is left of A x = b, or of A^T x = b, is rounding, judged by that alone: a Krylov
/// method ends with a step of 0 as well where it finds none. `given` is the size of what x answers
/// to; where x is so much larger that it drowns in the rounding of x, nothing is solved. Changes
/// step_ and `scratch`.
bool ImplicitScheme::is_rounding(double residual, Vec x, double given, Side side, Vec scratch) {
  const double size = length_of(x);
  if (!(std::max(residual, rounding * size) <= most_left * given)) return false;
  fill_noise(grid_, 1, step_);
  check_petsc(VecPointwiseMult(step_, step_, x));
  side == Side::plain ? multiply(step_, scratch) : multiply_transpose(step_, scratch);
  return residual <= backward_error * (length_of(scratch) + size + length_of(r_));
}

/// The same of the equation at x_, which answers to r, the state it began with, and to b.
bool ImplicitScheme::is_solved(double residual, double start) {
  const double given = start + length_of(r_);
  if (is_rounding(residual, x_, given, Side::plain, trial_)) return true;
  check_petsc(VecSet(trial_, 0.0));
  const double constant = evaluate(trial_, step_);
  evaluate(x_, G_); // and A there again
  return is_rounding(residual, x_, given + constant, Side::plain, trial_);
}

/// One step of Newton's method along step_, halved until the residual falls; none where it does
/// not. Close to the solution the full one, since there rounding decides.
bool ImplicitScheme::search(bool close, double& norm) {
  constexpr double enough = 1e-4, shortest = 1.0 / 4096;
  for (double length = 1; length >= shortest; length /= 2) {
    check_petsc(VecWAXPY(trial_, -length, step_, x_));
    const double after = evaluate(trial_, G_);
    if (!(close && std::isfinite(after)) && !(after <= (1 - enough * length) * norm)) continue;
    norm = after;
    std::swap(x_, trial_);
    return true;
  }
  return false;
}

/// From x_ to the solution in x_, with A there.
bool ImplicitScheme::newton() {
  double norm = evaluate(x_, G_), last = std::numeric_limits<double>::infinity(), some_ago = last;
  if (norm == 0) return true;
  const double start = length_of(x_);
  double forcing = linear_ ? tight : first_forcing;
  for (int k = 0; k < newton_steps; ++k) {
    if (!std::isfinite(norm)) return false;
    if (norm == 0 || (k % patience == 0 && !(norm <= 0.5 * std::exchange(some_ago, norm))))
      return is_solved(norm, start);
    const double size = solve(G_, step_, forcing, Side::plain), before = norm;
    if (!std::isfinite(size)) return false;
    const double near = length_of(x_);
    if (!search(size <= close_by * near, norm)) {
      norm = evaluate(x_, G_);
      return is_solved(norm, start);
    }
    // The next correction would be about as much smaller as the residual is.
    const bool small = size * std::min(1.0, norm / before) <= rounding * length_of(x_);
    const bool still = size <= attained * near && size >= 0.5 * last;
    if ((small || still) && is_solved(norm, start)) return true;
    last = size;
    forcing = std::clamp(near > 0 ? size / near : first_forcing, tight, first_forcing);
  }
  return is_solved(norm, start);
}

/// The equation for 1/parts, 2/parts, ... of omega, each from the solution before.
bool ImplicitScheme::homotopy(double* z, int parts) {
  pack(rate_.state_layout(), z, VecWrite(x_).data());
  for (int k = 1; k <= parts; ++k) {
    set_start(z, static_cast<double>(k) / parts);
    if (!newton()) return false;
  }
  return true;
}

std::string ImplicitScheme::step(double* z, double* z_next) {
  const bool solved = homotopy(z, 1) || (!linear_ && (homotopy(z, 4) || homotopy(z, 32)));
  std::string problem;
  if (!solved) {
    set_start(z, 1);
    const double start = length_of(r_);
    const double left = std::max(evaluate(x_, G_), rounding * length_of(x_));
    // Where a state came in that is not finite, that is told already.
    if (std::isfinite(start))
      problem = unsolved("the equation of an implicit layer", start > 0 ? left / start : left);
    check_petsc(VecSet(x_, std::nan(""))); // so that later layers do not try
  }
  part_ = 1;
  unpack(rate_.state_layout(), VecRead(x_).data(), z_next);
  return problem;
}

/// A^T x = b to rounding: again for what is left, as long as that helps.
bool ImplicitScheme::solve_transpose(Vec b, Vec x) {
  constexpr int rounds = 5;
  constexpr double enough = 1e-13;
  check_petsc(VecCopy(b, G_));
  check_petsc(VecSet(x, 0.0));
  const double whole = length_of(b);
  double last = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const double size = solve(G_, step_, tight, Side::transpose);
    if (!std::isfinite(size)) return false;
    check_petsc(VecAXPY(x, 1.0, step_));
    check_petsc(MatMultTranspose(A_, x, G_));
    check_petsc(VecAYPX(G_, -1.0, b));
    const double near = length_of(x);
    if (length_of(G_) <= enough * whole) return true;
    if (size <= rounding * near || size >= 0.5 * last) break;
    last = size;
  }
  return is_rounding(length_of(G_), x, whole, Side::transpose, x_);
}

std::string ImplicitScheme::step_transpose(double* z, double* z_next, const double* lambda_next,
                                           double* lambda) {
  const Layout& layout = rate_.state_layout();
  part_ = 1;
  pack(layout, z_next, VecWrite(x_).data());
  evaluate(x_, G_); // for A
  pack(layout, lambda_next, VecWrite(r_).data());
  const bool solved = solve_transpose(r_, trial_);
  const double start = length_of(r_);
  const double left = std::max(length_of(G_), rounding * length_of(trial_));

  const VecRead mu(trial_);
  const auto scaled_mu = [&](double factor) {
    rate_.rows().for_pieces([&](const PointRows::Piece& piece) {
      for (int i = 0; i < piece.n; ++i)
        b_.data()[piece.at + i] = factor * mu.data()[piece.packed + i];
    });
    return b_.data();
  };
  rate_.add_gradient(z_next, scaled_mu(theta_));
  if (theta_ == 1.0) {
    unpack(layout, mu.data(), lambda);
  } else {
    const double rest = 1 - theta_;
    rate_.transpose(z, scaled_mu(rest), lambda); // holds what it was given
    rate_.rows().for_pieces([&](const PointRows::Piece& piece) {
      for (int i = 0; i < piece.n; ++i)
        lambda[piece.at + i] += theta_ * mu.data()[piece.packed + i];
    });
  }
  return solved || !std::isfinite(start)
             ? std::string()
             : unsolved("the transposed system of an implicit layer", left / start);
}

} // namespace nadir
