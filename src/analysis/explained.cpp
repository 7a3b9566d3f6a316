#include "nadir/analysis/explained.hpp"

#include "nadir/base/hashed_random.hpp"
#include "nadir/kernel/stencil_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace nadir {
namespace {

constexpr std::size_t battery_signals = 8, waves_per_signal = 16;
constexpr std::int64_t shortest_wave = 8; ///< points, or parts of the extent

/// The next of a fixed row of random numbers in (-1, 1).
class BatteryNumbers {
 public:
  double next() {
    constexpr std::uint64_t stream = 0x62617474657279; // "battery"
    return hashed_number(stream, place_++);
  }

 private:
  std::uint64_t place_ = 0;
};

using Place = std::array<std::int64_t, max_dimension>;

/// Points of a lattice by offsets from each other, closed axes wrapped.
class Neighbours {
 public:
  explicit Neighbours(const Lattice& grid) : grid_(grid), n_(grid.extents()) {}

  std::size_t at(Place place, const Place& offset) const {
    std::int64_t index = 0;
    for (std::size_t a = 0; a < place.size(); ++a) {
      std::int64_t i = place[a] + offset[a];
      if (grid_.closes(static_cast<int>(a))) i = ((i % n_[a]) + n_[a]) % n_[a];
      index = index * n_[a] + i;
    }
    return static_cast<std::size_t>(index);
  }

 private:
  const Lattice& grid_;
  Extents n_;
};

/// A difference or a stencil as offsets and weights.
struct Taps {
  std::vector<Place> offset;
  std::vector<double> weight;
};

Taps taps_of_difference(const MomentIndex& k, const Lattice& grid) {
  Taps taps{{Place{}}, {1.0}};
  for (std::size_t used = 0; used < k.size(); ++used) {
    const std::size_t axis = max_dimension - k.size() + used;
    const auto line = central_difference(k[used], grid.spacing_of(static_cast<int>(axis)));
    const auto middle = static_cast<std::int64_t>(line.size() / 2);
    Taps wider;
    for (std::size_t i = 0; i < taps.weight.size(); ++i) {
      for (std::size_t j = 0; j < line.size(); ++j) {
        if (line[j] == 0) continue;
        Place offset = taps.offset[i];
        offset[axis] = static_cast<std::int64_t>(j) - middle;
        wider.offset.push_back(offset);
        wider.weight.push_back(taps.weight[i] * line[j]);
      }
    }
    taps = std::move(wider);
  }
  return taps;
}

std::vector<Place> offsets_of_stencil(const KernelRows& kernel) {
  std::vector<Place> offsets;
  const Place own = kernel.lattice.place(kernel.own);
  for (std::int64_t j = 0; j < kernel.columns(); ++j) {
    Place offset = kernel.lattice.place(j);
    for (std::size_t a = 0; a < offset.size(); ++a) offset[a] -= own[a];
    offsets.push_back(offset);
  }
  return offsets;
}

/// Points that everything needed stays inside of; of very many only some.
std::vector<std::int64_t> inner_points(const KernelRows& kernel, const Lattice& grid, int order) {
  Place width{};
  for (int axis = max_dimension - grid.dimension(); axis < max_dimension; ++axis)
    width[static_cast<std::size_t>(axis)] = (order + 1) / 2;
  if (kernel.stencil()) {
    const Extents taps = kernel.lattice.extents();
    const Place own = kernel.lattice.place(kernel.own);
    for (std::size_t a = 0; a < width.size(); ++a)
      width[a] = std::max({width[a], own[a], taps[a] - 1 - own[a]});
  }
  const auto outer = points_at_boundary(grid, width);
  constexpr std::size_t most = 20000;
  const std::size_t stride = 1 + outer.size() / most;
  std::vector<std::int64_t> inner;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < outer.size(); ++i)
    if (!outer[i] && seen++ % stride == 0) inner.push_back(static_cast<std::int64_t>(i));
  return inner;
}

/// W z at a point, and the sum of the sizes of its terms.
struct Applied {
  double value = 0, size = 0;

  void add(double term) {
    value += term;
    size += std::abs(term);
  }
};

/// Squares of Wz and of Wz - z, and of the terms they are made of: what is not larger than their
/// rounding is no share of anything.
struct SquareSums {
  double output = 0, change = 0, terms = 0;

  void add(const Applied& result, double z) {
    output += result.value * result.value;
    change += (result.value - z) * (result.value - z);
    terms += std::pow(result.size + std::abs(z), 2);
  }
  Explained shares(const std::vector<double>& left) const {
    constexpr double rounding = 1e-24;
    const auto share = [&](double rest, double all) {
      return all > rounding * terms ? 1 - rest / all : std::numeric_limits<double>::quiet_NaN();
    };
    Explained result;
    for (const double rest : left) {
      result.output.push_back(share(rest, output));
      result.change.push_back(share(rest, change));
    }
    return result;
  }
};

Applied applied(const KernelRows& kernel, const std::vector<Place>& offsets,
                const Neighbours& neighbours, const Place& place, std::int64_t point,
                std::span<const double> z) {
  Applied sum;
  if (!kernel.stencil()) {
    const auto row = kernel.row(point);
    for (std::size_t j = 0; j < row.size(); ++j) sum.add(row[j] * z[j]);
    return sum;
  }
  const auto row = kernel.row(kernel.rows() == 1 ? 0 : point);
  for (std::size_t j = 0; j < row.size(); ++j)
    if (row[j] != 0) sum.add(row[j] * z[neighbours.at(place, offsets[j])]);
  return sum;
}

} // namespace

std::vector<double> wave_battery(const Lattice& lattice) {
  const Extents n = lattice.extents();
  const auto points = static_cast<std::size_t>(lattice.points());
  std::vector<double> signals(battery_signals * points, 0.0);
  BatteryNumbers random;
  for (std::size_t s = 0; s < battery_signals; ++s) {
    for (std::size_t w = 0; w < waves_per_signal; ++w) {
      std::array<double, max_dimension> phase_step{};
      double size = 0;
      for (std::size_t a = 0; a < phase_step.size(); ++a) {
        const auto highest = static_cast<double>(std::max<std::int64_t>(1, n[a] / shortest_wave));
        const double number = n[a] > 1 ? std::round(random.next() * (highest + 0.49)) : 0.0;
        phase_step[a] = 2 * std::numbers::pi * number / static_cast<double>(n[a]);
        size += std::abs(number);
      }
      const double phase = std::numbers::pi * random.next();
      if (size == 0) continue; // constants say nothing of derivatives
      for (std::size_t i = 0; i < points; ++i) {
        const auto at = lattice.place(static_cast<std::int64_t>(i));
        double angle = phase;
        for (std::size_t a = 0; a < at.size(); ++a)
          angle += phase_step[a] * static_cast<double>(at[a]);
        signals[s * points + i] += std::cos(angle);
      }
    }
  }
  return signals;
}

std::vector<double> wave_battery(std::span<const double> coordinates, int dimension) {
  const auto d = static_cast<std::size_t>(dimension);
  const std::size_t points = coordinates.size() / d;
  std::vector<double> low(d, std::numeric_limits<double>::infinity()), extent(d);
  for (std::size_t a = 0; a < d; ++a) {
    double high = -low[a];
    for (std::size_t i = 0; i < points; ++i) {
      low[a] = std::min(low[a], coordinates[i * d + a]);
      high = std::max(high, coordinates[i * d + a]);
    }
    extent[a] = high > low[a] ? high - low[a] : 1.0;
  }
  std::vector<double> signals(battery_signals * points, 0.0);
  BatteryNumbers random;
  for (std::size_t s = 0; s < battery_signals; ++s) {
    for (std::size_t w = 0; w < waves_per_signal; ++w) {
      std::vector<double> wave(d);
      for (std::size_t a = 0; a < d; ++a)
        wave[a] = 2 * std::numbers::pi * shortest_wave * random.next() / extent[a];
      const double phase = std::numbers::pi * random.next();
      for (std::size_t i = 0; i < points; ++i) {
        double angle = phase;
        for (std::size_t a = 0; a < d; ++a) angle += wave[a] * (coordinates[i * d + a] - low[a]);
        signals[s * points + i] += std::cos(angle);
      }
    }
  }
  return signals;
}

Explained explained_shares(const KernelRows& kernel, const Lattice& grid,
                           const std::vector<MomentIndex>& indices,
                           std::span<const double> coefficients, std::span<const double> signals) {
  const auto order = static_cast<int>(total_order(indices.back()));
  const auto rows = static_cast<std::size_t>(kernel.rows());
  const auto points = static_cast<std::size_t>(grid.points());
  const Neighbours neighbours(grid);
  std::vector<Taps> differences;
  for (const MomentIndex& k : indices) differences.push_back(taps_of_difference(k, grid));
  const auto offsets = kernel.stencil() ? offsets_of_stencil(kernel) : std::vector<Place>{};
  const auto inner = inner_points(kernel, grid, order);

  SquareSums sums;
  std::vector<double> left(static_cast<std::size_t>(order) + 1, 0.0);
  for (std::size_t s = 0; s * points < signals.size(); ++s) {
    const auto z = signals.subspan(s * points, points);
    for (const std::int64_t i : inner) {
      const Place place = grid.place(i);
      const std::size_t row = rows == 1 ? 0 : static_cast<std::size_t>(i);
      const Applied result = applied(kernel, offsets, neighbours, place, i, z);
      sums.add(result, z[static_cast<std::size_t>(i)]);
      double rest = result.value;
      for (std::size_t m = 0; m < indices.size(); ++m) {
        double difference = 0;
        const Taps& taps = differences[m];
        for (std::size_t t = 0; t < taps.weight.size(); ++t)
          difference += taps.weight[t] * z[neighbours.at(place, taps.offset[t])];
        rest -= coefficients[m * rows + row] * difference;
        const bool last =
            m + 1 == indices.size() || total_order(indices[m + 1]) != total_order(indices[m]);
        if (last) left[static_cast<std::size_t>(total_order(indices[m]))] += rest * rest;
      }
    }
  }
  return sums.shares(left);
}

Explained explained_by_mass(std::span<const double> weights, std::span<const double> mass,
                            std::span<const double> signals) {
  const std::size_t n = mass.size();
  SquareSums sums;
  double left = 0;
  for (std::size_t s = 0; s * n < signals.size(); ++s) {
    const auto z = signals.subspan(s * n, n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto row = weights.subspan(i * n, n);
      Applied result;
      for (std::size_t j = 0; j < n; ++j) result.add(row[j] * z[j]);
      sums.add(result, z[i]);
      left += std::pow(result.value - mass[i] * z[i], 2);
    }
  }
  return sums.shares({left});
}

} // namespace nadir
