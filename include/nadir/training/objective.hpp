#pragma once

#include "nadir/base/stop.hpp"
#include "nadir/network/network.hpp"
#include "nadir/training/control.hpp"
#include "nadir/training/penalty.hpp"
#include "nadir/training/sample_groups.hpp"
#include "nadir/training/unknowns.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace nadir {

struct LossParts {
  double misfit = 0.0;
  double penalty = 0.0;
  double loss() const { return misfit + penalty; }
};

/// loss(x) = misfit + penalties of a case as a function of the control vector, and its gradient by
/// the exact transpose of the network. One allreduce per evaluation, beside those that solvers
/// make where the network is an attractor. Both are the same bits on any number of ranks.
/// Collective.
///
/// A value of a state that is not finite ends an evaluation with NumericsError on all ranks, naming
/// sample, layer and point; where a layer or an
/// attractor, or its derivative, was not found, that is NoState.
class Objective {
 public:
  /// `initial` are the coefficients training starts from, with ghosts as `layers` needs them;
  /// `plan` tells which states are held and how many groups of ranks share the samples; the other
  /// arguments must outlive this. A scratch file that cannot be made is a SystemError.
  Objective(const Grid& grid, const ProblemSpec& c, const Observations& observations,
            Coefficients initial, const StatePlan& plan = {}, const LayerPlan& layers = {});

  const Grid& grid() const { return grid_; }
  const ControlSpace& space() const { return space_; }
  /// Whether layers compute their kernel by Fourier transforms.
  bool by_fft() const { return by_fft_; }
  /// A control vector with the initial values.
  VecHandle initial_control() const;

  LossParts value(Vec x);
  LossParts value_and_gradient(Vec x, Vec gradient);

  /// The coefficients of the last evaluation, and their derivatives (misfit's part).
  const Coefficients& coefficients() const { return coefficients_; }
  /// Gradients hold their states as this plan tells from now on, with the samples and groups as
  /// before; only the plan this began with may be one on disk.
  void hold_states(const StatePlan& plan) { samples_.sweep().hold_states(plan); }

  /// Evaluates nothing: coefficients() become those of x, ghosts included. Collective.
  void set_control(Vec x) {
    space_.to_coefficients(x, coefficients_);
    coefficients_.fill_ghosts();
  }

  /// A gradient as fields and numbers; valid until the next evaluation. Collective.
  const Coefficients& spread_gradient(Vec gradient) {
    Coefficients& bar = *tree_.nodes().front().sum;
    space_.to_coefficients(gradient, bar);
    return bar;
  }
  /// The penalties alone. Collective.
  double penalty_value(Vec x);
  /// That of one parameter; its derivative in `gradient`, which is 0 elsewhere. Collective.
  double penalty_of(const ControlSpace::Block& block, Vec x, Vec gradient);

  /// Null where all are 1. Collective.
  VecHandle scales() const { return unknown_scales(grid_, case_, space_, observations_); }
  std::vector<double> component_scales(const Parameter& p) const {
    return nadir::component_scales(grid_, case_, p, observations_);
  }

  /// Long evaluations end with StopRequest on all ranks when they agree to stop; every evaluation
  /// takes the decision along in its reduction.
  void watch(Stop& stop) { stop_ = &stop; }

  /// On all ranks together, whatever the groups.
  Network& network() { return *network_; }
  /// What this rank did for evaluations, and with how many samples at a time.
  const WorkCounters& work() const { return samples_.network().work(); }
  std::size_t samples_at_once() const { return samples_.network().samples_at_once(); }
  const Observations& observations() const { return observations_; }
  std::int64_t evaluations() const { return evaluations_; }
  std::int64_t reductions() const { return reductions_; }

 private:
  LossParts evaluate(Vec x, Vec gradient);
  void run_samples(BufferedSum& misfit, bool with_gradient);
  void check_finite(const LossParts& parts, Vec gradient) const;

  const Grid& grid_;
  bool by_fft_;
  const ProblemSpec& case_;
  const Observations& observations_;
  ControlSpace space_;
  Coefficients coefficients_;
  std::unique_ptr<Network> network_;
  SampleGroups samples_;
  PairwiseSum tree_; ///< one node after a gradient
  Penalty penalty_;
  /// misfit, penalty, ranks not finite, that wish to stop, whose disk failed, gradients of numbers
  std::vector<ReproducibleSum> reduction_;
  static constexpr std::size_t first_number = 5;
  Stop* stop_ = nullptr;
  std::int64_t evaluations_ = 0, reductions_ = 0;
};

} // namespace nadir
