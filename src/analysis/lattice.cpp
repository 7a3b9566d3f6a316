#include "nadir/analysis/lattice.hpp"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <numeric>

namespace nadir {

namespace {

/// Position of a three-axes number among the axes in use; negative for unused ones.
int used_axis(const Lattice& lattice, int axis) {
  return axis - (max_dimension - lattice.dimension());
}

} // namespace

std::int64_t Lattice::points() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

Extents Lattice::extents() const {
  Extents all{1, 1, 1};
  std::copy(shape.rbegin(), shape.rend(), all.rbegin());
  return all;
}

double Lattice::spacing_of(int axis) const {
  const int used = used_axis(*this, axis);
  return used < 0 ? 1.0 : spacing[static_cast<std::size_t>(used)];
}

bool Lattice::closes(int axis) const {
  const int used = used_axis(*this, axis);
  return used >= 0 && periodic[static_cast<std::size_t>(used)] != 0;
}

std::array<std::int64_t, max_dimension> Lattice::place(std::int64_t point) const {
  const Extents n = extents();
  return {point / (n[1] * n[2]), point / n[2] % n[1], point % n[2]};
}

Steps steps_between(const Lattice& lattice, int axis, std::int64_t from, std::int64_t to) {
  std::int64_t steps = to - from;
  if (!lattice.closes(axis)) return {steps, false};
  const std::int64_t n = lattice.extents()[static_cast<std::size_t>(axis)];
  if (2 * steps > n) steps -= n;
  if (2 * steps < -n) steps += n;
  return {std::abs(2 * steps) == n ? n / 2 : steps, std::abs(2 * steps) == n};
}

std::span<const double> KernelRows::row(std::int64_t i) const {
  const auto n = static_cast<std::size_t>(columns());
  return weights.subspan(static_cast<std::size_t>(i) * n, n);
}

std::array<std::int64_t, max_dimension> reach_of(const KernelRows& kernel) {
  const Extents n = kernel.lattice.extents();
  std::array<std::vector<double>, max_dimension> by_steps;
  for (std::size_t a = 0; a < by_steps.size(); ++a)
    by_steps[a].assign(static_cast<std::size_t>(n[a]), 0.0);
  for (std::int64_t i = 0; i < kernel.rows(); ++i) {
    const auto own = kernel.lattice.place(kernel.own_of(i));
    const auto row = kernel.row(i);
    std::int64_t j = 0;
    std::array<std::int64_t, max_dimension> at{};
    for (at[0] = 0; at[0] < n[0]; ++at[0]) {
      for (at[1] = 0; at[1] < n[1]; ++at[1]) {
        for (at[2] = 0; at[2] < n[2]; ++at[2], ++j) {
          const double weight = std::abs(row[static_cast<std::size_t>(j)]);
          if (weight == 0) continue;
          for (int a = 0; a < max_dimension; ++a) {
            const auto k = static_cast<std::size_t>(a);
            const auto steps = steps_between(kernel.lattice, a, own[k], at[k]).steps;
            by_steps[k][static_cast<std::size_t>(std::abs(steps))] += weight;
          }
        }
      }
    }
  }
  constexpr double negligible = 1e-12;
  std::array<std::int64_t, max_dimension> reach{};
  for (std::size_t a = 0; a < by_steps.size(); ++a) {
    const auto& sums = by_steps[a];
    const double all = std::accumulate(sums.begin(), sums.end(), 0.0);
    double beyond = 0;
    std::size_t r = sums.size() - 1;
    for (; r > 0 && beyond + sums[r] <= negligible * all; --r) beyond += sums[r];
    reach[a] = static_cast<std::int64_t>(r);
  }
  return reach;
}

std::vector<std::uint8_t> points_at_boundary(const Lattice& lattice,
                                             const std::array<std::int64_t, max_dimension>& reach) {
  const Extents n = lattice.extents();
  std::vector<std::uint8_t> flags(static_cast<std::size_t>(lattice.points()), 0);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const auto at = lattice.place(static_cast<std::int64_t>(i));
    for (int axis = max_dimension - lattice.dimension(); axis < max_dimension; ++axis) {
      const auto a = static_cast<std::size_t>(axis);
      const bool near = at[a] < reach[a] || at[a] >= n[a] - reach[a];
      if (near && !lattice.closes(axis)) flags[i] = 1;
    }
  }
  return flags;
}

} // namespace nadir
