#pragma once

#include "tao_type.hpp"

namespace nadir {

/// Base of TAO types that take steps of a given length, whatever the objective does along them, and
/// project what they lead to on the bounds, where there are any. They run a fixed number of steps
/// unless the (projected) gradient falls below the tolerances. None searches along a line, so the
/// objective may rise; only where it is infinite, the step is shortened until the objective is no
/// higher than before it.
class Descent : public TaoState {
 public:
  double alpha = 1e-3; ///< learning rate

  void set_up(Tao tao) override;
  void solve(Tao tao) override;
  /// Amid a step it is that of its start, and the trial.
  IterationState state(Tao tao) override;

 protected:
  /// Moves x, where the objective is f and its gradient g; `number` is that of the iterate it leads
  /// to.
  virtual void step(Vec x, Vec g, double f, double number) = 0;

 private:
  std::string problem() const;
  double end_step(Tao tao, double f_before);
  double part() const;
  void shorten(Tao tao);

  static constexpr double most_halvings = 8; ///< from one trial to the next
  static constexpr double most_trials = 140; ///< the last one is shorter than 2^-1022 of the step
  VecHandle before_;                         ///< the iterate the step came from
  double trial_ = 0;                         ///< ends of this step that were tried; 0: it was made
  bool trying_ = false;                      ///< the solution is such an end
};

} // namespace nadir
