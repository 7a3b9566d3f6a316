#pragma once

#include "nadir/network/network.hpp"
#include "nadir/output/scratch_file.hpp"
#include "nadir/training/misfit.hpp"
#include "nadir/training/pairwise_sum.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace nadir {

/// Takes samples through a network and back: this rank's part of their misfit and of its
/// derivatives.
class SampleSweep {
 public:
  /// Samples swept at once are those the network takes, held as `plan` says. All but `plan` must
  /// outlive this.
  SampleSweep(Network& network, const Coefficients& coefficients, const Observations& observations,
              const ProblemSpec& c, const StatePlan& plan);

  /// Holds states as another plan tells from now on, for as many samples at once.
  void hold_states(const StatePlan& plan);
  /// Makes this rank's file for a plan with states on disk. Throws. Not collective.
  void open_scratch(const std::string& folder);
  /// Why this rank's disk failed in some run; empty when it did not. What that run found is wrong.
  std::string disk_problem() const { return scratch_ ? scratch_->problem() : ""; }

  std::int64_t leaves() const { return pieces(observations_.samples, plan_.per_leaf); }
  /// Ways forward (and back) that one run takes.
  std::int64_t passes() const;

  /// All samples, adding to `misfit`, and, unless it is null, a node of `tree` for each leaf, the
  /// first one being `first_leaf`. The coefficients have their ghosts then. Collective over the
  /// network's grid.
  void run(BufferedSum& misfit, PairwiseSum* tree, std::int64_t first_leaf,
           const Network::Pulse& pulse);

  /// What went wrong first on this rank, and its sample.
  const std::optional<LayerFailure>& problem() const { return problem_; }
  std::int64_t problem_sample() const { return problem_sample_; }

 private:
  static std::int64_t pieces(std::int64_t n, std::int64_t each) { return (n + each - 1) / each; }
  std::vector<StateStore*> trajectories(std::int64_t count, bool to_go_back);
  void run_pass(std::int64_t first, std::int64_t count, BufferedSum& misfit, Coefficients* gradient,
                const Network::Pulse& pulse);
  void note_problem(std::int64_t first, std::int64_t count);

  Network& network_;
  const Coefficients& coefficients_;
  const Observations& observations_;
  Misfit misfit_;
  StatePlan plan_;
  WatchedLayers target_layers_;
  std::optional<ScratchFile> scratch_; ///< where the plan has states on disk
  /// Of the samples that go together: for values, and for gradients, made by the first one.
  std::vector<std::unique_ptr<StateStore>> two_states_, all_states_;
  std::optional<LayerFailure> problem_;
  std::int64_t problem_sample_ = 0;
};

} // namespace nadir
