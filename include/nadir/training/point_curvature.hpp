#pragma once

#include "nadir/network/coefficients.hpp"
#include "nadir/network/relaxation_rhs.hpp"
#include "nadir/plan/workload.hpp"
#include "nadir/training/objective.hpp"

#include <cstdint>
#include <vector>

namespace nadir {

/// How the misfit curves at every point, as if a change of parameters reached the targets the way
/// it was made, without what later layers carry elsewhere. One layer changes its state by s .
/// dtheta,
///
///     s = (omega f'(Z) delta_c z for every theta_c ,  -omega f'(Z) for b ,  f(Z) - z for omega) ,
///
/// and the misfit has the blocks
///
///     B = kappa 2 sum_samples sum_targets w m sum_layers s s^T   (fields)
///     B = 2 sum_samples sum_targets w m sum_points S S^T         (numbers)
///     S <- (1 - omega + omega f'(Z) W1) S + s   through the layers before a target,
///
/// S what the layers have added up to on their way, and kappa how far they do so at a point: its
/// sum of |S|^2 over that of |s|^2, both weighted. (S S^T alone would leave fields directions
/// without curvature that neighbours give them.) Of parameters that every layer has for itself,
/// kappa is, as a bound, the target's number of layers.
///
/// All in unknowns of order one, theta over its scale (unknown_scales). Unknowns that vary in
/// space and those that do not, and those that vary by layer and those that do not, have blocks of
/// their own. The same bits on any number of ranks.
class PointCurvature {
 public:
  /// One unknown at every point.
  struct Member {
    std::size_t parameter;  ///< its index in the ParameterSet
    std::int64_t component; ///< of it
    double scale;           ///< of the unknown
    std::int64_t offset;    ///< in the local part of a control vector, of layer 0
    std::int64_t stride;    ///< from one layer to the next
  };
  /// Unknowns that share blocks.
  struct Group {
    bool in_space = false, by_layer = false;
    std::int64_t layers = 1;
    std::int64_t points = 0; ///< of this rank's box; of numbers 1 on rank 0, else 0
    std::vector<Member> members;
    std::vector<double> blocks; ///< [layer][entry][point], entries the lower triangle by rows

    // While it is made, at the points of this rank's box:
    std::vector<double> S;                ///< [member][point], where the layers share it
    std::vector<double> together, apart;  ///< sums of |S|^2 and |s|^2
    std::vector<ReproducibleSum> numbers; ///< [layer][entry]

    std::size_t entries() const { return members.size() * (members.size() + 1) / 2; }
    const double* block(std::int64_t layer) const {
      return blocks.data() +
             static_cast<std::size_t>(layer) * entries() * static_cast<std::size_t>(points);
    }
  };
  /// Entry of row i and column j <= i.
  static std::size_t entry(std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; }

  /// Whether a case has one, if its kernel is swept: a chain of layers of neighbours.
  static bool covers(const ProblemSpec& c);

  /// `grid` and `objective` must outlive it. Collective.
  PointCurvature(const Grid& grid, const ProblemSpec& c, Objective& objective);

  /// That at x: one sweep forward over all samples, which leaves x the objective's coefficients.
  /// Collective.
  void renew(Vec x);

  const std::vector<Group>& groups() const { return groups_; }

 private:
  struct Piece;

  void make_groups(bool in_space, bool by_layer);
  void clear(Group& group) const;
  void make_derivatives(std::int64_t layer, const double* z);
  void add_layer(Group& group, std::int64_t sample, std::int64_t layer);
  void fill(Piece& piece, const Group& group, std::int64_t sample, std::int64_t layer,
            std::ptrdiff_t at) const;
  void add_piece(Group& group, std::int64_t layer, const Piece& piece);
  void finish(Group& group) const;

  std::size_t points() const { return static_cast<std::size_t>(grid_.owned().points()); }

  const Grid& grid_;
  ProblemSpec as_fields_; ///< the same with b and all that is trained as one field
  Objective& objective_;
  RelaxationRhs rhs_;
  Coefficients derivatives_; ///< of one layer
  Field z_, ones_, row_sums_;
  bool by_layer_; ///< the kernel
  double unit_;   ///< of the weights
  std::vector<Group> groups_;
  std::vector<double> kept_; ///< of S from layer to layer
};

} // namespace nadir
