#include "nadir/network/galerkin_axis.hpp"

namespace nadir {
namespace {

/// The point in whose amplitude a function beyond the ends is folded.
std::int64_t folded(std::int64_t point, std::int64_t points, bool wraps) {
  const std::int64_t period = wraps ? points : 2 * points;
  const std::int64_t i = (point % period + period) % period;
  return i < points ? i : period - 1 - i;
}

/// What node q of a cell adds, with the weight it has there.
void add_node(const CellBasis& basis, std::int64_t cell, std::size_t q, double weight,
              std::int64_t points, bool wraps, BandMatrix& mass) {
  const auto& taps = basis.value[0][q];
  const auto count = static_cast<std::size_t>(basis.taps);
  const auto at = [&](std::size_t t) {
    return folded(cell + basis.lowest + static_cast<std::int64_t>(t), points, wraps);
  };
  for (std::size_t s = 0; s < count; ++s)
    for (std::size_t t = 0; t < count; ++t) mass.add(at(s), at(t), weight * taps[s] * taps[t]);
}

/// M, by the same nodes as all other sums.
BandMatrix mass_matrix(const CellBasis& basis, std::int64_t points, bool wraps) {
  BandMatrix mass(points, basis.taps - 1, wraps);
  for (std::int64_t cell = wraps ? 0 : -1; cell < points; ++cell) {
    for (int q = 0; q < basis.nodes; ++q) {
      double weight = basis.weight[static_cast<std::size_t>(q)];
      if (!wraps && cell == -1) weight *= basis.inside(q, 0);
      if (!wraps && cell == points - 1) weight *= basis.inside(q, 1);
      add_node(basis, cell, static_cast<std::size_t>(q), weight, points, wraps, mass);
    }
  }
  mass.factorise();
  return mass;
}

BandMatrix point_matrix(const CellBasis& basis, std::int64_t points, bool wraps) {
  BandMatrix values(points, 1, wraps);
  for (std::int64_t i = 0; i < points; ++i) {
    values.add(i, i, basis.at_point);
    for (const std::int64_t j : {i - 1, i + 1})
      values.add(i, folded(j, points, wraps), basis.at_neighbour);
  }
  values.factorise();
  return values;
}

} // namespace

GalerkinAxis::GalerkinAxis(const Grid& grid, const Layout& layout, int axis, const CellBasis& basis)
    : lines_(grid, layout, axis), wraps_(grid.boundary(axis).kind == BoundaryKind::periodic),
      at_point_(basis.at_point), at_neighbour_(basis.at_neighbour), width_(basis.taps - 1),
      mass_(mass_matrix(basis, lines_.points(), wraps_)),
      points_(point_matrix(basis, lines_.points(), wraps_)) {
  if (!interpolating()) scratch_.resize(static_cast<std::size_t>(3 * lines_.most_lines()));
  solve_points_ = [this](double* lines, std::int64_t count) {
    if (!interpolating()) points_.solve(lines, count);
  };
  to_values_ = [this](double* lines, std::int64_t count) {
    mass_.solve(lines, count);
    multiply_points(lines, count);
  };
  from_values_ = [this](double* lines, std::int64_t count) {
    multiply_points(lines, count);
    mass_.solve(lines, count);
  };
}

void GalerkinAxis::multiply_points(double* lines, std::int64_t count) {
  if (interpolating()) return;
  multiply_neighbours(at_point_, at_neighbour_, wraps_, lines_.points(), lines, count,
                      scratch_.data());
}

double GalerkinAxis::flops() const {
  const double mass = 4 * width_ + 2;
  constexpr double points = 6 + 4; // solved once, multiplied once
  return interpolating() ? mass : mass + points;
}

double GalerkinAxis::bytes(std::int64_t points, const Extents& owned, int axis) {
  constexpr double factors = 4 + 3 + 1 + 2 + 1 + 1; // bands, whole rows and diagonals of M and B
  const bool cut = owned[static_cast<std::size_t>(axis)] < points;
  return factors * sizeof(double) * static_cast<double>(points) +
         PencilTranspose::buffer_bytes(points, owned, axis, cut);
}

} // namespace nadir
