#pragma once

#include "nadir/base/handle.hpp"
#include "nadir/base/initial_hessian.hpp"
#include "nadir/base/iteration_state.hpp"

#include <optional>
#include <utility>

namespace nadir {

/// Base of what a TAO type of ours keeps, which PETSc hands back to us.
class TaoState {
 public:
  virtual ~TaoState() = default;
  virtual void set_up(Tao tao) = 0;
  virtual void set_from_options() {}
  /// The whole iteration, from evaluating the start to a reason to end.
  virtual void solve(Tao tao) = 0;
  virtual IterationState state(Tao tao) = 0;

  /// Unknowns are measured in these (use_scales); null for the unknowns as they are.
  Vec scales = nullptr;
  /// Where a quasi-Newton method begins (use_initial_hessian); null for a multiple of the identity.
  InitialHessian* initial_hessian = nullptr;

 protected:
  /// Norm of the gradient by scaled unknowns, without the components that would leave the bounds.
  double projected_norm(Tao tao);
  std::optional<VecRead> read_scales() const {
    return scales ? std::optional<VecRead>(std::in_place, scales) : std::nullopt;
  }

  VecHandle projected_gradient_; ///< work space of projected_norm
  double iteration_ = 0;         ///< number of the iterate, counted over all restarts
};

/// Makes a solver one of a type of ours, and owner of its state.
PetscErrorCode adopt_state(Tao tao, TaoState* state);

/// For TaoRegister: makes a solver of a type whose state is a `State`.
template<class State> PetscErrorCode create_tao_type(Tao tao) {
  return adopt_state(tao, new State);
}

/// The state of a solver of ours, null for PETSc's own types.
TaoState* state_of(Tao tao);

/// What a solver of ours that is set up (TaoSetUp) carries; nothing for PETSc's own types. While it
/// is interrupted amid a step, it is that of the step's start, or of its evaluation.
std::optional<IterationState> iteration_state_of(Tao tao);

/// Our own types measure unknowns, and with them gradients and steps, in these scales (null: in
/// themselves) from now on, so that results do not depend on units; `scales` must outlive the
/// solver. False for PETSc's types, which know of no such thing.
bool use_scales(Tao tao, Vec scales);

/// A quasi-Newton method of ours begins there from now on; `hessian` must outlive the solver.
void use_initial_hessian(Tao tao, InitialHessian& hessian);

/// Whether PETSc's error is that numbers made no sense to a solver or line search, as those of a
/// step that rounding leads do; then its text is forgotten.
bool breaks_down(PetscErrorCode code);

/// Moves the solution into the bounds, where there are any.
void project_solution(Tao tao);

/// Logs and monitors the iterate with value f and gradient norm `norm`, applies the convergence
/// test. Returns whether to go on.
bool goes_on(Tao tao, double f, double norm);

} // namespace nadir
