#pragma once

#include "nadir/base/box.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

/// Where neurons sit: on a lattice, and rows of weights between its points (theory, section 3).
namespace nadir {

/// A regular lattice of one to three axes, slowest first.
struct Lattice {
  std::vector<std::int64_t> shape;
  std::vector<double> spacing;
  std::vector<std::uint8_t> periodic; ///< 1 where the axis closes

  int dimension() const { return static_cast<int>(shape.size()); }
  std::int64_t points() const;
  /// Shape, spacing and closedness by three axes, unused ones first: 1 point, spacing 1, open.
  Extents extents() const;
  double spacing_of(int axis) const;
  bool closes(int axis) const;
  /// Coordinates, in steps along three axes, of a point given by its number in C order.
  std::array<std::int64_t, max_dimension> place(std::int64_t point) const;
};

/// Steps from a point to another along an axis: the shorter way round where it closes. The offset
/// of exactly half a closed axis goes both ways, half and half.
struct Steps {
  std::int64_t steps = 0;
  bool both_ways = false; ///< +steps and -steps alike
};
Steps steps_between(const Lattice& lattice, int axis, std::int64_t from, std::int64_t to);

/// The weights W_ij of some rows i, on a lattice of the columns j. Does not own them.
///
/// Either row i belongs to point i of the lattice (a dense matrix), or all rows are stencils: the
/// lattice is that of their taps, and each row's own point is the tap `own`.
struct KernelRows {
  Lattice lattice;
  std::span<const double> weights; ///< [rows][points of the lattice]
  std::int64_t own = -1;           ///< negative: row i is the point i

  std::int64_t columns() const { return lattice.points(); }
  std::int64_t rows() const { return static_cast<std::int64_t>(weights.size()) / columns(); }
  std::span<const double> row(std::int64_t i) const;
  std::int64_t own_of(std::int64_t row) const { return own < 0 ? row : own; }
  bool stencil() const { return own >= 0; }
};

/// How far rows reach along each of three axes, in steps: beyond it lies at most the share 1e-12 of
/// the sum of all |W_ij|.
std::array<std::int64_t, max_dimension> reach_of(const KernelRows& kernel);

/// 1 for each point whose row would reach beyond an end that is not closed.
std::vector<std::uint8_t> points_at_boundary(const Lattice& lattice,
                                             const std::array<std::int64_t, max_dimension>& reach);

} // namespace nadir
