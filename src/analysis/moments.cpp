#include "nadir/analysis/moments.hpp"

#include "nadir/kernel/stencil_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace nadir {
namespace {

void append_indices(MomentIndex& k, std::size_t axis, std::int32_t left,
                    std::vector<MomentIndex>& all) {
  if (axis + 1 == k.size()) {
    k[axis] = left;
    all.push_back(k);
    return;
  }
  for (std::int32_t power = 0; power <= left; ++power) {
    k[axis] = power;
    append_indices(k, axis + 1, left - power, all);
  }
}

/// Powers 0..order of the offsets between -(n-1) and n-1 steps along an axis, as minimum images.
class OffsetPowers {
 public:
  OffsetPowers(const Lattice& lattice, int axis, int order)
      : n_(lattice.extents()[static_cast<std::size_t>(axis)]),
        width_(static_cast<std::size_t>(order) + 1) {
    for (std::int64_t o = 1 - n_; o < n_; ++o) {
      const Steps way =
          steps_between(lattice, axis, std::max<std::int64_t>(0, -o), std::max<std::int64_t>(0, o));
      const double offset = static_cast<double>(way.steps) * lattice.spacing_of(axis);
      for (int k = 0; k <= order; ++k)
        powers_.push_back(way.both_ways && k % 2 ? 0.0 : std::pow(offset, k));
    }
  }
  /// [power] for the points from `first` on, seen from `own`; the next point's follow.
  const double* from(std::int64_t own) const {
    return powers_.data() + static_cast<std::size_t>(n_ - 1 - own) * width_;
  }
  std::size_t width() const { return width_; }

 private:
  std::int64_t n_;
  std::size_t width_;
  std::vector<double> powers_;
};

/// Sums one row against products of powers, one axis at a time.
class RowMoments {
 public:
  RowMoments(const Lattice& lattice, const std::vector<MomentIndex>& indices, int order)
      : n_(lattice.extents()),
        width_(static_cast<std::size_t>(order) + 1), powers_{OffsetPowers(lattice, 0, order),
                                                             OffsetPowers(lattice, 1, order),
                                                             OffsetPowers(lattice, 2, order)},
        line_(width_), plane_(width_ * width_), all_(width_ * width_ * width_) {
    for (const MomentIndex& k : indices) {
      std::array<std::size_t, max_dimension> power{};
      for (std::size_t a = 0; a < k.size(); ++a)
        power[power.size() - k.size() + a] = static_cast<std::size_t>(k[a]);
      place_.push_back((power[0] * width_ + power[1]) * width_ + power[2]);
    }
  }

  /// out(moment, value) for every moment of the row.
  template<class Out>
  void sum(std::span<const double> row, const std::array<std::int64_t, max_dimension>& own,
           Out out) {
    std::ranges::fill(all_, 0.0);
    const double* weight = row.data();
    const double* z_powers = powers_[0].from(own[0]);
    for (std::int64_t z = 0; z < n_[0]; ++z, z_powers += width_) {
      std::ranges::fill(plane_, 0.0);
      const double* y_powers = powers_[1].from(own[1]);
      for (std::int64_t y = 0; y < n_[1]; ++y, y_powers += width_, weight += n_[2]) {
        sum_line(weight, own[2]);
        add_products(y_powers, line_, plane_);
      }
      add_products(z_powers, plane_, all_);
    }
    for (std::size_t m = 0; m < place_.size(); ++m) out(m, all_[place_[m]]);
  }

 private:
  void sum_line(const double* weight, std::int64_t own) {
    std::ranges::fill(line_, 0.0);
    const double* power = powers_[2].from(own);
    for (std::int64_t x = 0; x < n_[2]; ++x, power += width_) {
      if (weight[x] == 0) continue;
      for (std::size_t k = 0; k < width_; ++k) line_[k] += weight[x] * power[k];
    }
  }
  /// larger[k][...] += power_k smaller[...]
  void add_products(const double* power, const std::vector<double>& smaller,
                    std::vector<double>& larger) const {
    for (std::size_t k = 0; k < width_; ++k)
      for (std::size_t i = 0; i < smaller.size(); ++i)
        larger[k * smaller.size() + i] += power[k] * smaller[i];
  }

  Extents n_;
  std::size_t width_;
  std::array<OffsetPowers, max_dimension> powers_;
  std::vector<double> line_, plane_, all_; ///< [x], [y][x], [z][y][x] powers
  std::vector<std::size_t> place_;         ///< of each moment in all_
};

int largest_order(const std::vector<MomentIndex>& indices) {
  return static_cast<int>(total_order(indices.back()));
}

} // namespace

std::int64_t total_order(const MomentIndex& k) {
  return std::accumulate(k.begin(), k.end(), std::int64_t{0});
}

std::vector<MomentIndex> moment_indices(int dimension, int order) {
  std::vector<MomentIndex> all;
  MomentIndex k(static_cast<std::size_t>(dimension), 0);
  for (std::int32_t total = 0; total <= order; ++total) append_indices(k, 0, total, all);
  return all;
}

double count_moment_indices(int dimension, int order) {
  double count = 1;
  for (int k = 1; k <= order; ++k) count *= static_cast<double>(dimension + k) / k;
  return std::round(count);
}

std::size_t position_of(const std::vector<MomentIndex>& indices, const MomentIndex& k) {
  const auto found = std::ranges::find(indices, k);
  if (found == indices.end()) throw std::logic_error("no such moment");
  return static_cast<std::size_t>(found - indices.begin());
}

std::vector<double> moments_of(const KernelRows& kernel, const std::vector<MomentIndex>& indices) {
  const auto rows = static_cast<std::size_t>(kernel.rows());
  std::vector<double> values(indices.size() * rows);
  RowMoments sums(kernel.lattice, indices, largest_order(indices));
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = static_cast<std::int64_t>(i);
    sums.sum(kernel.row(row), kernel.lattice.place(kernel.own_of(row)),
             [&](std::size_t m, double value) { values[m * rows + i] = value; });
  }
  return values;
}

std::vector<double> moments_of_points(std::span<const double> coordinates, int dimension,
                                      std::span<const double> weights,
                                      const std::vector<MomentIndex>& indices) {
  const auto d = static_cast<std::size_t>(dimension);
  const std::size_t n = coordinates.size() / d;
  std::vector<double> values(indices.size() * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double weight = weights[i * n + j];
      if (weight == 0) continue;
      for (std::size_t m = 0; m < indices.size(); ++m) {
        double product = weight;
        for (std::size_t a = 0; a < d; ++a)
          for (std::int32_t p = 0; p < indices[m][a]; ++p)
            product *= coordinates[j * d + a] - coordinates[i * d + a];
        values[m * n + i] += product;
      }
    }
  }
  return values;
}

std::vector<double> difference_coefficients(const Lattice& lattice,
                                            const std::vector<MomentIndex>& indices,
                                            std::vector<double> values) {
  const std::size_t rows = values.size() / indices.size();
  const int first = max_dimension - lattice.dimension();
  for (std::size_t axis = 0; axis < lattice.shape.size(); ++axis) {
    const double h = lattice.spacing_of(first + static_cast<int>(axis));
    // Along one axis: c_m = (W_m - sum over lower m' of (sum_r r^m delta^m'_r) c_m') / m!.
    const auto moment_of_difference = [&](int power, int m) {
      const auto weights = central_difference(m, h);
      const auto middle = static_cast<double>(weights.size() / 2);
      double sum = 0;
      for (std::size_t i = 0; i < weights.size(); ++i)
        sum += weights[i] * std::pow(h * (static_cast<double>(i) - middle), power);
      return sum;
    };
    for (std::size_t m = 0; m < indices.size(); ++m) { // lower powers stand before higher ones
      const int power = indices[m][axis];
      for (int lower = power - 2; lower > 0; lower -= 2) {
        MomentIndex k = indices[m];
        k[axis] = lower;
        const std::size_t at = position_of(indices, k);
        const double factor = moment_of_difference(power, lower);
        for (std::size_t i = 0; i < rows; ++i)
          values[m * rows + i] -= factor * values[at * rows + i];
      }
      const double factorial = std::tgamma(power + 1.0);
      for (std::size_t i = 0; i < rows; ++i) values[m * rows + i] /= factorial;
    }
  }
  return values;
}

bool is_aliased(const MomentIndex& k, const Lattice& lattice,
                const std::array<std::int64_t, max_dimension>& reach) {
  const Extents n = lattice.extents();
  const std::size_t unused = max_dimension - k.size();
  for (std::size_t a = 0; a < k.size(); ++a) {
    const std::size_t axis = unused + a;
    // A closed axis of n points tells n offsets apart; with even n the one of half of it has no
    // direction, which costs the highest odd power.
    std::int64_t free = 2 * reach[axis];
    if (lattice.closes(static_cast<int>(axis)))
      free = std::min(free, n[axis] % 2 ? n[axis] - 1 : std::max<std::int64_t>(0, n[axis] - 2));
    if (k[a] > free) return true;
  }
  return false;
}

} // namespace nadir
