#include "nadir/analysis/symbol.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace nadir {
namespace {

/// Weights of one row by the sum of steps along the axes of a direction, from -longest to longest.
class WeightsBySteps {
 public:
  WeightsBySteps(const Lattice& lattice, const Direction& direction)
      : lattice_(lattice), direction_(direction) {
    for (int a = 0; a < max_dimension; ++a) {
      const auto k = static_cast<std::size_t>(a);
      if (direction.along[k]) longest_ += lattice.extents()[k] - 1;
    }
    sums_.resize(static_cast<std::size_t>(2 * longest_ + 1));
  }

  const std::vector<double>& gather(std::span<const double> row, std::int64_t own_point) {
    std::ranges::fill(sums_, 0.0);
    own_ = lattice_.place(own_point);
    const Extents n = lattice_.extents();
    std::size_t j = 0;
    for (std::int64_t z = 0; z < n[0]; ++z)
      for (std::int64_t y = 0; y < n[1]; ++y)
        for (std::int64_t x = 0; x < n[2]; ++x, ++j)
          if (row[j] != 0) add({z, y, x}, 0, 0, row[j]);
    return sums_;
  }
  std::int64_t longest() const { return longest_; }

 private:
  /// Goes through the axes; where a step goes both ways, half of the weight goes each.
  void add(const std::array<std::int64_t, max_dimension>& at, int axis, std::int64_t steps,
           double weight) {
    if (axis == max_dimension) {
      sums_[static_cast<std::size_t>(steps + longest_)] += weight;
      return;
    }
    const auto a = static_cast<std::size_t>(axis);
    if (!direction_.along[a]) return add(at, axis + 1, steps, weight);
    const Steps way = steps_between(lattice_, axis, own_[a], at[a]);
    if (!way.both_ways) return add(at, axis + 1, steps + way.steps, weight);
    add(at, axis + 1, steps + way.steps, weight / 2);
    add(at, axis + 1, steps - way.steps, weight / 2);
  }

  const Lattice& lattice_;
  const Direction& direction_;
  std::int64_t longest_ = 0;
  std::vector<double> sums_;
  std::array<std::int64_t, max_dimension> own_{};
};

std::complex<double> transformed(const std::vector<double>& sums, std::int64_t longest,
                                 double phase) {
  std::complex<double> value = 0;
  for (std::size_t i = 0; i < sums.size(); ++i)
    if (sums[i] != 0)
      value += sums[i] *
               std::polar(1.0, phase * static_cast<double>(static_cast<std::int64_t>(i) - longest));
  return value;
}

} // namespace

std::vector<Direction> directions_of(int dimension) {
  constexpr std::array names{"z", "y", "x"};
  std::vector<Direction> all;
  Direction diagonal{"diagonal", {}};
  for (int a = max_dimension - dimension; a < max_dimension; ++a) {
    const auto k = static_cast<std::size_t>(a);
    Direction axis{names[k], {}};
    axis.along[k] = diagonal.along[k] = true;
    all.push_back(axis);
  }
  if (dimension > 1) all.push_back(diagonal);
  return all;
}

std::vector<double> sampled_phases(std::size_t count) {
  std::vector<double> phases;
  for (std::size_t i = 0; i < count; ++i)
    phases.push_back(std::numbers::pi * static_cast<double>(i) / static_cast<double>(count - 1));
  return phases;
}

Symbol symbol_of(const KernelRows& kernel, const std::vector<Direction>& directions,
                 std::span<const double> phases, double omega, std::span<const std::uint8_t> use) {
  const bool all = std::ranges::count(use, 1) == 0;
  const std::size_t size = directions.size() * phases.size();
  Symbol symbol;
  symbol.value.assign(size, 0.0);
  symbol.lowest.assign(size, std::numeric_limits<double>::infinity());
  symbol.highest.assign(size, 0.0);
  const auto amplified = [&](std::complex<double> value) {
    return std::abs(1.0 - omega + omega * value);
  };
  for (std::size_t d = 0; d < directions.size(); ++d) {
    WeightsBySteps weights(kernel.lattice, directions[d]);
    double rows = 0;
    for (std::int64_t i = 0; i < kernel.rows(); ++i) {
      if (!all && !use[static_cast<std::size_t>(i)]) continue;
      rows += 1;
      const auto& sums = weights.gather(kernel.row(i), kernel.own_of(i));
      for (std::size_t w = 0; w < phases.size(); ++w) {
        const std::size_t at = d * phases.size() + w;
        const auto value = transformed(sums, weights.longest(), phases[w]);
        symbol.value[at] += value;
        symbol.lowest[at] = std::min(symbol.lowest[at], amplified(value));
        symbol.highest[at] = std::max(symbol.highest[at], amplified(value));
      }
    }
    for (std::size_t w = 0; w < phases.size(); ++w) symbol.value[d * phases.size() + w] /= rows;
  }
  for (const auto& value : symbol.value) symbol.amplification.push_back(amplified(value));
  return symbol;
}

Cumulants cumulants_of(const std::array<double, 4>& moments, double omega) {
  Cumulants c;
  c.mass = 1 - omega + omega * moments[0];
  const double first = omega * moments[1] / c.mass, second = omega * moments[2] / c.mass;
  const double third = omega * moments[3] / c.mass;
  c.drift = -first;
  c.variance = second - first * first;
  c.effective_diffusion = c.variance / (2 * omega);
  c.third = third - 3 * second * first + 2 * first * first * first;
  return c;
}

} // namespace nadir
