#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/grid/grid.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace nadir {

/// One grid cut twice over the same ranks: into a box for each of all ranks, and, by every group of
/// as many consecutive ranks for itself, into a box for each rank of the group. Moves fields from
/// one to the other, owned points only; every rank exchanges messages with those whose boxes meet
/// its own.
class Regrouping {
 public:
  /// Fields are padded arrays with `ghosts`; every group cuts the grid alike. Grids must outlive
  /// this. Collective over all ranks.
  Regrouping(const Grid& all, const Grid& group, int ghosts);

  int groups() const { return groups_; }
  int group() const { return group_of(all_.rank()); } ///< of this rank
  const Layout& layout_of_all() const { return from_layout_; }
  const Layout& layout_of_group() const { return to_layout_; }

  /// Fields that go together at most.
  static constexpr std::size_t fields_at_once = 16;

  static constexpr int every_group = -1;
  /// mine[k], on this rank's box within its group, from all[k], on the boxes of all ranks. Where
  /// only one group is meant, the others leave `mine` alone. Collective over all ranks.
  void scatter(std::span<double* const> all, std::span<double* const> mine, int to = every_group);

  /// The way back: from[g][k] on this rank's box of all ranks is mine[k] of the ranks of group g.
  /// Groups may send different numbers of fields. Collective over all ranks.
  void gather(std::span<double* const> mine, std::span<const std::vector<double*>> from);

 private:
  /// What two ranks' boxes share, in local indices of this rank's array.
  struct Piece {
    int rank;
    Box box;
  };
  using Pieces = std::vector<Piece>;

  int group_of(int rank) const { return rank / ranks_per_group_; }
  void send(const Layout& layout, const Piece& piece, std::span<double* const> fields);
  void expect(const Piece& piece, std::size_t fields);
  void finish();

  const Grid& all_;
  int ranks_per_group_, groups_;
  Layout from_layout_, to_layout_;
  Pieces to_groups_; ///< this rank's box of all ranks met by every rank's box within its group
  Pieces from_all_;  ///< the other way round
  std::vector<std::vector<double>> sent_, received_; ///< of the messages under way
  std::vector<MPI_Request> requests_;
};

} // namespace nadir
