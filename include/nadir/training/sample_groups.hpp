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
/// gradients are the same bits with any number of groups. One group is all ranks: it works with the
/// arrays of `grid` and holds none of its own.
class SampleGroups {
 public:
  /// plan.groups divides the ranks of `grid` and is not more than the leaves. `all` and `network`
  /// are those of all ranks. Deals out samples and coefficients where there are several groups. All
  /// but `plan` must outlive this. Collective over all ranks, as everything here.
  SampleGroups(const Grid& grid, const ProblemSpec& c, const Observations& observations,
               Coefficients& all, Network& network, const StatePlan& plan, const LayerPlan& layers);

  /// Coefficients are as they are on all ranks now, those of some parameters at least; with what a
  /// gradient needs.
  void set_coefficients(const Coefficients::Wanted& changed, bool for_gradient);

  /// This group's samples; adds to `misfit` what this rank has of them, and makes all groups' nodes
  /// in `tree`, which is `grid`'s, unless it is null: in the end it has one.
  void run(BufferedSum& misfit, PairwiseSum* tree, const Network::Pulse& pulse);

  /// As SampleSweep's, the sample counted over all groups.
  const std::optional<LayerFailure>& problem() const { return sweep_.problem(); }
  std::int64_t problem_sample() const { return mine().first * per_leaf_ + sweep_.problem_sample(); }

  std::int64_t leaves() const { return leaves_; } ///< of all groups
  const Network& network() const { return network_; }
  SampleSweep& sweep() { return sweep_; }

 private:
  /// What a group among several has for itself.
  struct Apart {
    Apart(const Grid& grid, const ProblemSpec& c, const Observations& all,
          const SampleGroups& groups, const StatePlan& plan, const LayerPlan& layers);

    SubCommunicator comm;
    Grid grid; ///< cut among the ranks of this group
    Regrouping regrouping;
    Observations observations; ///< of this group's samples
    Coefficients coefficients;
    std::unique_ptr<Network> network;
    PairwiseSum tree;             ///< of this group
    std::int64_t most_passes = 0; ///< of any group
  };

  Leaves mine() const {
    return leaves_of_group(apart_ ? apart_->regrouping.group() : 0, groups_, leaves_);
  }
  Observations distribute(const Observations& all, Regrouping& regrouping,
                          std::int64_t points) const;
  void scatter(const Coefficients::Wanted& wanted);
  void gather(PairwiseSum& tree);

  int groups_;
  std::int64_t per_leaf_, leaves_;
  Coefficients& all_;
  std::unique_ptr<Apart> apart_; ///< null where there is one group
  Network& network_;             ///< of this group
  SampleSweep sweep_;
};

} // namespace nadir
