#pragma once

#include "nadir/base/stop.hpp"
#include "nadir/network/chain.hpp"
#include "nadir/training/control.hpp"
#include "nadir/training/misfit.hpp"
#include "nadir/training/penalty.hpp"

#include <optional>
#include <vector>

namespace nadir {

struct LossParts {
  double misfit = 0.0;
  double penalty = 0.0;
  double loss() const { return misfit + penalty; }
};

/// loss(x) = misfit + penalties of a case as a function of the control vector, and its gradient by
/// the exact transpose of the chain. One allreduce per evaluation. Both are the same bits on any
/// number of ranks. Collective.
///
/// A value of a state that is not finite ends an evaluation with NumericsError on all ranks, naming
/// sample, layer and point.
class Objective {
 public:
  /// `initial` are the coefficients training starts from, `plan` tells which states are held; the
  /// other arguments must outlive this.
  Objective(const Grid& grid, const Case& c, const Observations& observations, Coefficients initial,
            const StatePlan& plan = {});

  const ControlSpace& space() const { return space_; }
  /// A control vector with the initial values.
  VecHandle initial_control() const;

  LossParts value(Vec x);
  LossParts value_and_gradient(Vec x, Vec gradient);

  /// The coefficients of the last evaluation, and their derivatives (misfit's part).
  const Coefficients& coefficients() const { return coefficients_; }
  /// Evaluates nothing: coefficients() become those of x, ghosts included. Collective.
  void set_control(Vec x) {
    space_.to_coefficients(x, coefficients_);
    coefficients_.fill_ghosts();
  }

  /// A gradient as fields and numbers; valid until the next evaluation. Collective.
  const Coefficients& spread_gradient(Vec gradient) {
    space_.to_coefficients(gradient, bar_);
    return bar_;
  }
  /// The penalties alone. Collective.
  double penalty_value(Vec x);

  /// Long evaluations end with StopRequest on all ranks when they agree to stop; every evaluation
  /// takes the decision along in its reduction.
  void watch(Stop& stop) { stop_ = &stop; }

  Chain& chain() { return chain_; }
  const Observations& observations() const { return observations_; }
  const Misfit& misfit() const { return misfit_; }
  std::int64_t evaluations() const { return evaluations_; }
  std::int64_t reductions() const { return reductions_; }

  /// Messages of this rank to its neighbours and their bytes, so far.
  struct Traffic {
    std::int64_t messages = 0, bytes = 0;
  };
  Traffic traffic() const {
    return {chain_.layer().messages_sent() + coefficients_.messages_sent(),
            chain_.layer().bytes_sent() + coefficients_.bytes_sent()};
  }

 private:
  void run_samples(std::int64_t first, std::int64_t count, bool with_adjoint, BufferedSum& misfit);
  std::unique_ptr<Trajectory> make_trajectory(bool to_go_back) const;
  std::vector<Trajectory*> trajectories(std::int64_t count, bool to_go_back);
  LossParts evaluate(Vec x, Vec gradient);
  static void check_finite(const LossParts& parts, Vec gradient);

  const Grid& grid_;
  const Observations& observations_;
  ControlSpace space_;
  Coefficients coefficients_;
  Coefficients bar_;
  Chain chain_;
  Misfit misfit_;
  Penalty penalty_;
  StatePlan plan_;
  WatchedLayers target_layers_;
  /// Of the samples that go together: for values, and for gradients, made by the first one.
  std::vector<std::unique_ptr<Trajectory>> two_states_, all_states_;
  /// misfit, penalty, ranks not finite, ranks that wish to stop, gradients of numbers
  std::vector<ReproducibleSum> reduction_;
  static constexpr std::size_t first_number = 4;
  Stop* stop_ = nullptr;
  std::optional<NonFinite> non_finite_; ///< this rank's first one, in sample non_finite_sample_
  std::int64_t non_finite_sample_ = 0;
  std::int64_t evaluations_ = 0, reductions_ = 0;
};

} // namespace nadir
