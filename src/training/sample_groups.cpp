#include "nadir/training/sample_groups.hpp"
#include "nadir/training/make_network.hpp"

#include "nadir/base/collective.hpp"

#include <algorithm>

namespace nadir {
namespace {

bool every_parameter(Parameter) { return true; }

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

std::int64_t samples_of(const SampleGroups::Range& leaves, std::int64_t per_leaf,
                        std::int64_t samples) {
  return std::min(leaves.last * per_leaf, samples) - leaves.first * per_leaf;
}

/// Calls use(first, count) for fields 0 .. n-1 in portions that may travel together.
template<class Use> void for_portions(std::size_t n, Use use) {
  for (std::size_t first = 0; first < n; first += Regrouping::fields_at_once)
    use(first, std::min(Regrouping::fields_at_once, n - first));
}

} // namespace

SampleGroups::Range SampleGroups::leaves_of(int g, int groups, std::int64_t leaves) {
  return {g * leaves / groups, (g + 1) * leaves / groups};
}

SampleGroups::SampleGroups(const Grid& grid, const Case& c, const Observations& observations,
                           Coefficients& coefficients, const StatePlan& plan)
    : groups_(plan.groups), per_leaf_(samples_per_leaf(c, observations.samples)),
      leaves_((observations.samples + per_leaf_ - 1) / per_leaf_),
      comm_(grid.comm(), rank_of(grid.comm()) / (ranks_of(grid.comm()) / groups_)),
      grid_(comm_, c.grid, state_ghosts(c)), regrouping_(grid, grid_, coefficient_ghosts(c)),
      observations_(distribute(observations)),
      coefficients_(grid_, c, Coefficients::Content::values),
      network_(make_network(
          grid_, c,
          plan_passes(grid_, c, std::min(observations_.samples, plan.samples), grid.comm()))),
      sweep_(*network_, coefficients_, observations_, c, plan, per_leaf_),
      tree_(grid_, c, leaves_) {
  scatter(coefficients, every_parameter);
  most_passes_ = sweep_.passes();
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &most_passes_, 1, MPI_INT64_T, MPI_MAX, grid.comm()));
}

SampleGroups::Range SampleGroups::leaves() const {
  return leaves_of(regrouping_.group(), groups_, leaves_);
}

/// This group's samples of all, on its own boxes.
Observations SampleGroups::distribute(const Observations& all) {
  Observations mine;
  mine.points = grid_.owned().points();
  mine.samples = samples_of(leaves(), per_leaf_, all.samples);
  for (const Target& target : all.targets) {
    Target& t = mine.targets.emplace_back();
    t.layer = target.layer;
    t.weight = target.weight;
    t.used_total = target.used_total;
  }
  Field from(regrouping_.layout_of_all()), to(regrouping_.layout_of_group());
  std::vector<double> packed(static_cast<std::size_t>(all.points)),
      received(static_cast<std::size_t>(mine.points));
  for (int g = 0; g < groups_; ++g) {
    const Range range = leaves_of(g, groups_, leaves_);
    const std::int64_t first = range.first * per_leaf_;
    const auto move = [&](std::int64_t s, const auto& values, auto& destination) {
      std::copy_n(values.begin() + s * all.points, all.points, packed.begin());
      unpack(from.layout(), packed.data(), from.data());
      regrouping_.scatter(std::array{from.data()}, std::array{to.data()}, g);
      if (g != regrouping_.group()) return;
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

void SampleGroups::scatter(Coefficients& all, const Coefficients::Wanted& wanted) {
  coefficients_.copy_numbers(all);
  const auto from = all.fields(wanted), to = coefficients_.fields(wanted);
  for_portions(from.size(), [&](std::size_t first, std::size_t count) {
    regrouping_.scatter(std::span(from).subspan(first, count), std::span(to).subspan(first, count));
  });
}

void SampleGroups::set_coefficients(Coefficients& all, const Coefficients::Wanted& wanted,
                                    bool with_ghosts) {
  scatter(all, wanted);
  if (with_ghosts) coefficients_.fill_ghosts();
}

void SampleGroups::run(BufferedSum& misfit, PairwiseSum* tree, const Network::Pulse& pulse) {
  std::int64_t pulses = 0;
  const auto counted = [&] {
    ++pulses;
    if (pulse) pulse();
  };
  tree_.clear();
  sweep_.run(misfit, tree ? &tree_ : nullptr, leaves().first, counted);
  // A group with fewer passes comes to as many pulses.
  const std::int64_t idle = (most_passes_ - sweep_.passes()) * (pulses / sweep_.passes());
  for (std::int64_t k = 0; pulse && k < idle; ++k) pulse();
  if (tree) gather(*tree);
}

/// All groups' nodes, each on the boxes of all ranks.
void SampleGroups::gather(PairwiseSum& tree) {
  tree.clear();
  using Fields = std::vector<double*>;
  std::vector<Fields> from, mine; // of the nodes, one after the other; groups' as far as they have
  std::vector<std::vector<Fields>> received(static_cast<std::size_t>(groups_));
  std::size_t most = 0;
  for (std::size_t g = 0; g < received.size(); ++g) {
    for (const auto& node :
         PairwiseSum::joined(leaves_of(static_cast<int>(g), groups_, leaves_), leaves_))
      received[g].push_back(tree.add(node).fields(every_parameter));
    most = std::max(most, received[g].size());
  }
  Coefficients& first = *tree.nodes().front().sum;
  for (const auto& node : tree_.nodes()) {
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
      regrouping_.gather(portion(mine), from);
    });
  }
  tree.join();
}

} // namespace nadir
