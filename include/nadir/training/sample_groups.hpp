#pragma once

#include "nadir/base/sub_communicator.hpp"
#include "nadir/grid/regrouping.hpp"
#include "nadir/training/sample_sweep.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace nadir {

/// Samples shared by groups of ranks: every group has the whole grid, cut among its ranks, and
/// takes samples of its own through the network, at the same time as the others. Losses and
/// gradients are the same bits as without groups.
class SampleGroups {
 public:
  /// plan.groups divides the ranks of `grid` and is not more than the leaves. Deals out the samples
  /// of `observations` and all coefficients. `grid` and `c` must outlive this. Collective over all
  /// ranks, as everything here.
  SampleGroups(const Grid& grid, const Case& c, const Observations& observations,
               Coefficients& coefficients, const StatePlan& plan);

  /// Coefficients of some parameters as they are on `grid`; with ghosts for a gradient.
  void set_coefficients(Coefficients& all, const Coefficients::Wanted& wanted, bool with_ghosts);

  /// This group's samples; adds to `misfit` what this rank has of them, and makes all groups' nodes
  /// in `tree`, which is `grid`'s, unless it is null.
  void run(BufferedSum& misfit, PairwiseSum* tree, const Network::Pulse& pulse);

  /// As SampleSweep's, the sample counted over all groups.
  const std::optional<LayerFailure>& problem() const { return sweep_.problem(); }
  std::int64_t problem_sample() const {
    return leaves().first * per_leaf_ + sweep_.problem_sample();
  }

  const Network& network() const { return *network_; }
  SampleSweep& sweep() { return sweep_; }
  /// Of this rank, between groups and within its own.
  std::int64_t messages_sent() const {
    return regrouping_.messages_sent() + coefficients_.messages_sent() +
           network_->layer().messages_sent();
  }
  std::int64_t bytes_sent() const {
    return regrouping_.bytes_sent() + coefficients_.bytes_sent() + network_->layer().bytes_sent();
  }

  /// The leaves that group g of `groups` takes.
  using Range = PairwiseSum::Leaves;
  static Range leaves_of(int g, int groups, std::int64_t leaves);

 private:
  Range leaves() const;
  Observations distribute(const Observations& all);
  void scatter(Coefficients& all, const Coefficients::Wanted& wanted);
  void gather(PairwiseSum& tree);

  int groups_;
  std::int64_t per_leaf_, leaves_;
  SubCommunicator comm_;
  Grid grid_; ///< cut among the ranks of this group
  Regrouping regrouping_;
  Observations observations_; ///< of this group's samples
  Coefficients coefficients_;
  std::unique_ptr<Network> network_;
  SampleSweep sweep_;
  PairwiseSum tree_;             ///< of this group
  std::int64_t most_passes_ = 0; ///< of any group
};

} // namespace nadir
