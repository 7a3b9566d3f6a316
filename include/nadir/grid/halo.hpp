#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/grid/grid.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace nadir {

/// What stands in the ghosts beyond a `value` boundary.
enum class GhostValue {
  given,     ///< the boundary's value: the affine kernel W z + g
  zero,      ///< 0: its linear part
  mirror,    ///< as beyond a `reflect` boundary: for fields the boundary value is not meant for
  untouched, ///< what was there, beyond `reflect` boundaries too: only other points are copied
};

/// A choice of axes.
using Axes = std::array<bool, max_dimension>;
inline constexpr Axes all_axes{true, true, true};

/// The ghosts of padded fields: copy (owner to ghost) and its exact transpose, sum (ghost to
/// owner).
///
/// copy fills axis by axis, the slowest first, each over the rows already extended, which settles
/// the corners (theory, section 5): periodic wraps, reflect mirrors at the cell face (ghost -1 =
/// point 0), value puts a number. sum runs the fastest axis first and adds every ghost to the point
/// it was copied from (nothing for value); ghosts are spent afterwards.
///
/// Both are split: begin starts the first axis' messages, each advance() finishes one axis and
/// starts the next, end finishes what is left. Between them the caller computes what does not touch
/// ghosts (copy) or, for sum, points that receive nothing: owned points next to a face must be
/// complete before the axis is finished. One exchange at a time per object; at most 2d messages
/// per rank and exchange; no allocation after construction.
class Halo {
 public:
  /// For exchanges of the `width` innermost ghost layers (all of them by default) of at most
  /// `fields` fields at once, whose ghosts travel in the same messages. Along axes that are cut all
  /// ranks own at least `width` points.
  Halo(const Grid& grid, const Layout& layout, int width = 0, std::size_t fields = 1);

  /// Bytes of the buffers of messages for a box that is cut along the axes `remote`.
  static double buffer_bytes(const Layout& layout, const Axes& remote, int width = 0,
                             std::size_t fields = 1);

  /// Collective, each of them.
  void copy_begin(double* field, GhostValue beyond = GhostValue::given) {
    copy_begin(std::array{field}, beyond);
  }
  void sum_begin(double* field);
  void advance();
  void end();

  void copy(double* field, GhostValue beyond = GhostValue::given) {
    copy_begin(field, beyond);
    end();
  }
  void sum(double* field) {
    sum_begin(field);
    end();
  }
  /// `copy` of several fields.
  void copy(std::span<double* const> fields, GhostValue beyond) {
    copy_begin(fields, beyond);
    end();
  }

  /// The rest of a copy where fill_beside does what needs no exchange: only the ghosts of `axes`
  /// are copied, and those that fill_beside would fill beside them. Collective.
  void copy_begin(std::span<double* const> fields, GhostValue beyond, const Axes& axes = all_axes);

  /// Fills the ghosts next to `box`, some of the owned points: beyond boundaries of the grid and
  /// around periodic axes that the box spans and one rank owns. Ghosts of width 1; the result is
  /// that of copy. Not collective.
  void fill_beside(double* field, const Box& box, GhostValue beyond = GhostValue::given) const;

  /// The part of `sum` that stays inside `box`: ghosts next to it beyond `reflect` boundaries are
  /// added to the points they mirror, all others are left alone. Where ghosts are wider than 1 the
  /// box must be all owned points. Not collective.
  void fold(double* field, const Box& box) const;

  /// Whether ghosts of this axis come from other ranks.
  bool remote(int axis) const { return remote_[static_cast<std::size_t>(axis)]; }

 private:
  enum class Direction { copy, sum };

  void begin(std::span<double* const> fields, Direction direction, const Axes& axes);
  bool in_range() const { return axis_ >= grid_.first_axis() && axis_ < max_dimension; }
  void start_axis();
  void finish_axis();
  Box slab(int axis, std::int64_t from, std::int64_t count) const;
  void exchange_start(int axis);
  void copy_local(int axis, int side, double* field);
  void sum_local(int axis, int side, double* field);
  bool beside(int axis, int side, const Box& box) const;
  void fill_layer(int axis, const Box& layer, double* field, GhostValue beyond) const;
  void add_layer(int axis, const Box& layer, double* field) const;
  std::int64_t source_layer(int axis, std::int64_t ghost_layer) const;
  std::ptrdiff_t source_offset(int axis, std::int64_t ghost_layer) const;

  const Grid& grid_;
  Layout layout_;
  Extents width_; ///< ghost layers exchanged
  Axes remote_{};
  std::vector<double> send_[2], receive_[2];
  MPI_Request requests_[4];
  int pending_ = 0; ///< requests in flight

  std::vector<double*> fields_; ///< in flight
  Direction direction_ = Direction::copy;
  GhostValue beyond_ = GhostValue::given;
  Axes axes_ = all_axes; ///< to be exchanged
  int axis_ = 0;         ///< the axis in flight
  int step_ = 0;         ///< +1 for copy, -1 for sum; 0 when idle
};

} // namespace nadir
