#pragma once

#include "nadir/base/handle.hpp"
#include "nadir/training/tao_memory.hpp"

#include <petsc/private/taoimpl.h>

#include <optional>
#include <utility>

namespace nadir {

/// Base of what our own TAO types keep in tao->data, which PETSc hands back to us.
class TaoState {
 public:
  virtual ~TaoState() = default;
  virtual void set_up(Tao tao) = 0;
  virtual void set_from_options() {}
  /// The whole iteration, from evaluating the start to a reason to end.
  virtual void solve(Tao tao) = 0;
  virtual TaoMemory memory(Tao tao) = 0;

  /// Unknowns are measured in these (use_scales); null for the unknowns as they are.
  Vec scales = nullptr;

 protected:
  /// Norm of the gradient by scaled unknowns, without the components that would leave the bounds.
  double projected_norm(Tao tao);
  std::optional<VecRead> read_scales() const {
    return scales ? std::optional<VecRead>(std::in_place, scales) : std::nullopt;
  }

  VecHandle projected_gradient_; ///< work space of projected_norm
  double iteration_ = 0;         ///< number of the iterate, counted over all restarts
};

inline TaoState& state_of(Tao tao) { return *static_cast<TaoState*>(tao->data); }

/// For TaoRegister: makes a solver of a type whose state is a `State`.
template<class State> PetscErrorCode create_tao_type(Tao tao) {
  constexpr PetscErrorCode success = PetscErrorCode(0);
  tao->data = static_cast<TaoState*>(new State);
  tao->ops->setup = [](Tao t) { return petsc_callback([t] { state_of(t).set_up(t); }); };
  tao->ops->solve = [](Tao t) { return petsc_callback([t] { state_of(t).solve(t); }); };
  tao->ops->setfromoptions = [](Tao t, PetscOptionItems*) {
    return petsc_callback([t] { state_of(t).set_from_options(); });
  };
  tao->ops->view = [](Tao, PetscViewer) { return success; };
  tao->ops->destroy = [](Tao t) {
    delete &state_of(t);
    t->data = nullptr;
    return success;
  };
  return success;
}

/// Whether PETSc's error is that numbers made no sense to a solver or line search, as those of a
/// step that rounding leads do; then its text is forgotten.
bool breaks_down(PetscErrorCode code);

/// Moves the solution into the bounds, where there are any.
void project_solution(Tao tao);

/// Logs and monitors the iterate with value f and gradient norm `norm`, applies the convergence
/// test. Returns whether to go on.
bool goes_on(Tao tao, double f, double norm);

} // namespace nadir
