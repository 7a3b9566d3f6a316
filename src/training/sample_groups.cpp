#include "nadir/training/sample_groups.hpp"
#include "nadir/training/make_network.hpp"

#include "nadir/base/collective.hpp"

#include <algorithm>

namespace nadir {
namespace {

bool every_parameter(const Parameter&) { return true; }

int rank_of(MPI_Comm comm) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(comm, &rank));
  return rank;
}

int ranks_of(MPI_Comm comm) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(comm, &ranks));
  return ranks;
}

std::int64_t samples_of(const Leaves& leaves, std::int64_t per_leaf, std::int64_t samples) {
  return std::min(leaves.last * per_leaf, samples) - leaves.first * per_leaf;
}

/// Calls use(first, count) for fields 0 .. n-1 in portions that may travel together.
template<class Use> void for_portions(std::size_t n, Use use) {
  for (std::size_t first = 0; first < n; first += Regrouping::fields_at_once)
    use(first, std::min(Regrouping::fields_at_once, n - first));
}

} // namespace

SampleGroups::Apart::Apart(const Grid& all_ranks, const ProblemSpec& c, const Observations& all,
                           const SampleGroups& groups, const StatePlan& plan,
                           const LayerPlan& layers)
    : comm(all_ranks.comm(),
           rank_of(all_ranks.comm()) / (ranks_of(all_ranks.comm()) / groups.groups_)),
      grid(comm, c.grid, ghosts_of(c, layers.layers_per_exchange).states),
      regrouping(all_ranks, grid, ghosts_of(c, layers.layers_per_exchange).coefficients),
      observations(groups.distribute(all, regrouping, grid.owned().points())),
      coefficients(grid, c, Coefficients::Content::values, layers.layers_per_exchange),
      network(make_network(grid, c, std::min(observations.samples, plan.samples), layers)),
      tree(grid, c, groups.leaves_, layers.layers_per_exchange) {}

SampleGroups::SampleGroups(const Grid& grid, const ProblemSpec& c, const Observations& observations,
                           Coefficients& all, Network& network, const StatePlan& plan,
                           const LayerPlan& layers)
    : groups_(plan.groups), per_leaf_(plan.per_leaf),
      leaves_((observations.samples + per_leaf_ - 1) / per_leaf_), all_(all),
      apart_(groups_ > 1 ? std::make_unique<Apart>(grid, c, observations, *this, plan, layers)
                         : nullptr),
      network_(apart_ ? *apart_->network : network),
      sweep_(network_, apart_ ? apart_->coefficients : all,
             apart_ ? apart_->observations : observations, c, plan) {
  if (!apart_) return;
  scatter(every_parameter);
  apart_->most_passes = sweep_.passes();
  check_mpi(
      MPI_Allreduce(MPI_IN_PLACE, &apart_->most_passes, 1, MPI_INT64_T, MPI_MAX, grid.comm()));
}

/// This group's samples of all, on its own boxes of `points`.
Observations SampleGroups::distribute(const Observations& all, Regrouping& regrouping,
                                      std::int64_t points) const {
  Observations mine;
  mine.points = points;
  mine.samples =
      samples_of(leaves_of_group(regrouping.group(), groups_, leaves_), per_leaf_, all.samples);
  for (const Target& target : all.targets) {
    Target& t = mine.targets.emplace_back();
    t.layer = target.layer;
    t.weight = target.weight;
    t.used_total = target.used_total;
  }
  Field from(regrouping.layout_of_all()), to(regrouping.layout_of_group());
  std::vector<double> packed(static_cast<std::size_t>(all.points)),
      received(static_cast<std::size_t>(mine.points));
  for (int g = 0; g < groups_; ++g) {
    const Leaves range = leaves_of_group(g, groups_, leaves_);
    const std::int64_t first = range.first * per_leaf_;
    const auto move = [&](std::int64_t s, const auto& values, auto& destination) {
      std::copy_n(values.begin() + s * all.points, all.points, packed.begin());
      unpack(from.layout(), packed.data(), from.data());
      regrouping.scatter(std::array{from.data()}, std::array{to.data()}, g);
      if (g != regrouping.group()) return;
      pack(to.layout(), to.data(), received.data());
      destination.insert(destination.end(), received.begin(), received.end());
    };
    for (std::int64_t s = first; s < first + samples_of(range, per_leaf_, all.samples); ++s) {
      move(s, all.input, mine.input);
      for (std::size_t k = 0; k < all.targets.size(); ++k) {
        move(s, all.targets[k].y, mine.targets[k].y);
        move(s, all.targets[k].used, mine.targets[k].used);
      }
    }
  }
  return mine;
}

void SampleGroups::scatter(const Coefficients::Wanted& wanted) {
  apart_->coefficients.copy_numbers(all_);
  const auto from = all_.fields(wanted), to = apart_->coefficients.fields(wanted);
  for_portions(from.size(), [&](std::size_t first, std::size_t count) {
    apart_->regrouping.scatter(std::span(from).subspan(first, count),
                               std::span(to).subspan(first, count));
  });
}

void SampleGroups::set_coefficients(const Coefficients::Wanted& changed, bool for_gradient) {
  const bool to_go_forward = network_.layer().reads_coefficient_ghosts();
  if (to_go_forward || (for_gradient && !apart_)) all_.fill_ghosts();
  if (!apart_) return;
  scatter(changed);
  if (to_go_forward || for_gradient) apart_->coefficients.fill_ghosts();
}

void SampleGroups::run(BufferedSum& misfit, PairwiseSum* tree, const Network::Pulse& pulse) {
  std::int64_t pulses = 0;
  const auto counted = [&] {
    ++pulses;
    if (pulse) pulse();
  };
  if (tree) tree->clear();
  if (!apart_) return sweep_.run(misfit, tree, 0, pulse);
  apart_->tree.clear();
  sweep_.run(misfit, tree ? &apart_->tree : nullptr, mine().first, counted);
  // A group with fewer passes comes to as many pulses.
  const std::int64_t idle = (apart_->most_passes - sweep_.passes()) * (pulses / sweep_.passes());
  for (std::int64_t k = 0; pulse && k < idle; ++k) pulse();
  if (tree) gather(*tree);
}

/// All groups' nodes, each on the boxes of all ranks.
void SampleGroups::gather(PairwiseSum& tree) {
  using Fields = std::vector<double*>;
  std::vector<Fields> from, mine; // of the nodes, one after the other; groups' as far as they have
  std::vector<std::vector<Fields>> received(static_cast<std::size_t>(groups_));
  std::size_t most = 0;
  for (std::size_t g = 0; g < received.size(); ++g) {
    for (const auto& node :
         joined_leaves(leaves_of_group(static_cast<int>(g), groups_, leaves_), leaves_))
      received[g].push_back(tree.add(node).fields(every_parameter));
    most = std::max(most, received[g].size());
  }
  Coefficients& first = *tree.nodes().front().sum;
  for (const auto& node : apart_->tree.nodes()) {
    mine.push_back(node.sum->fields(every_parameter));
    first.add_sums(*node.sum); // numbers are added up over all ranks anyway
  }
  const std::size_t fields = mine.front().size();
  for (std::size_t k = 0; k < most; ++k) {
    for_portions(fields, [&](std::size_t begin, std::size_t count) {
      const auto portion = [&](const std::vector<Fields>& nodes) {
        if (k >= nodes.size()) return Fields();
        const auto at = nodes[k].begin() + static_cast<std::ptrdiff_t>(begin);
        return Fields(at, at + static_cast<std::ptrdiff_t>(count));
      };
      from.clear();
      for (const auto& nodes : received) from.push_back(portion(nodes));
      apart_->regrouping.gather(portion(mine), from);
    });
  }
  tree.join();
}

} // namespace nadir
