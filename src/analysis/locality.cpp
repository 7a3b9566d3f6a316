#include "nadir/analysis/locality.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace nadir {
namespace {

DistanceProfile empty_profile(double width, double farthest) {
  DistanceProfile profile;
  profile.width = width;
  profile.farthest = farthest;
  const auto bins = static_cast<std::size_t>(std::lround(farthest / width)) + 1;
  for (auto* sums : {&profile.count, &profile.absolute, &profile.squared, &profile.log_distance,
                     &profile.log_weight, &profile.not_zero})
    sums->assign(bins, 0.0);
  return profile;
}

void add_weight(DistanceProfile& profile, double distance, double weight) {
  const auto bin = std::min(static_cast<std::size_t>(std::lround(distance / profile.width)),
                            profile.count.size() - 1);
  const double size = std::abs(weight);
  profile.count[bin] += 1;
  profile.absolute[bin] += size;
  profile.squared[bin] += size * size;
  if (size == 0 || distance == 0) return;
  profile.not_zero[bin] += 1;
  profile.log_distance[bin] += std::log(distance);
  profile.log_weight[bin] += std::log(size);
}

/// Distances between points anywhere.
class DistancesOfPoints {
 public:
  DistancesOfPoints(std::span<const double> coordinates, int dimension)
      : coordinates_(coordinates), axes_(static_cast<std::size_t>(dimension)) {}
  std::size_t points() const { return coordinates_.size() / axes_; }
  double operator()(std::size_t i, std::size_t j) const {
    double sum = 0;
    for (std::size_t a = 0; a < axes_; ++a)
      sum += std::pow(coordinates_[j * axes_ + a] - coordinates_[i * axes_ + a], 2);
    return std::sqrt(sum);
  }

 private:
  std::span<const double> coordinates_;
  std::size_t axes_;
};

/// Squared distances along an axis, from -(n-1) to n-1 steps.
std::vector<double> squared_steps(const Lattice& lattice, int axis) {
  const std::int64_t n = lattice.extents()[static_cast<std::size_t>(axis)];
  std::vector<double> squares;
  for (std::int64_t o = 1 - n; o < n; ++o) {
    const Steps way =
        steps_between(lattice, axis, std::max<std::int64_t>(0, -o), std::max<std::int64_t>(0, o));
    squares.push_back(std::pow(static_cast<double>(way.steps) * lattice.spacing_of(axis), 2));
  }
  return squares;
}

/// A fall-off: logarithms of distance and weight.
struct TailPoints {
  std::vector<double> log_r, log_w;
};

/// From the first neighbours to nearly half the box, where its shape begins to show.
TailPoints tail_points(const DistanceProfile& profile) {
  TailPoints tail;
  constexpr double inner_part = 0.7;
  for (std::size_t b = 1; b < profile.count.size(); ++b) {
    const double r = static_cast<double>(b) * profile.width;
    const bool filled = profile.count[b] > 0 && profile.not_zero[b] >= 0.9 * profile.count[b];
    if (r > inner_part * profile.farthest || !filled) continue;
    tail.log_r.push_back(profile.log_distance[b] / profile.not_zero[b]);
    tail.log_w.push_back(profile.log_weight[b] / profile.not_zero[b]);
  }
  return tail;
}

/// log w = a - s x by least squares.
struct LineFit {
  double slope = 0, error = 0, residual = std::numeric_limits<double>::infinity();
};
LineFit fit_line(const std::vector<double>& x, const TailPoints& tail) {
  const auto n = static_cast<double>(x.size());
  const double x_mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double w_mean = std::accumulate(tail.log_w.begin(), tail.log_w.end(), 0.0) / n;
  double xx = 0, xw = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - x_mean) * (x[i] - x_mean);
    xw += (x[i] - x_mean) * (tail.log_w[i] - w_mean);
  }
  if (!(xx > 0)) return {};
  LineFit fit;
  fit.slope = -xw / xx;
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    sum += std::pow(tail.log_w[i] - w_mean + fit.slope * (x[i] - x_mean), 2);
  fit.residual = std::sqrt(sum / n);
  fit.error = std::sqrt(sum / std::max(1.0, n - 3) / xx);
  return fit;
}

/// The best of a family log w = a - s x(parameter), by a search over the parameter's logarithm.
struct FamilyFit {
  LineFit line;
  double parameter = 0;
};
template<class X>
FamilyFit best_of_family(double low, double high, const TailPoints& tail, X x_of) {
  const auto fit_at = [&](double log_parameter) {
    std::vector<double> x;
    for (const double log_r : tail.log_r) x.push_back(x_of(log_r, std::exp(log_parameter)));
    return fit_line(x, tail);
  };
  constexpr int samples = 40, refinements = 60;
  double left = std::log(low), right = std::log(high), best = left;
  const double step = (right - left) / samples;
  for (int i = 0; i <= samples; ++i)
    if (fit_at(left + i * step).residual < fit_at(best).residual) best = left + i * step;
  left = best - step;
  right = best + step;
  for (int i = 0; i < refinements; ++i) {
    const double third = (right - left) / 3;
    if (fit_at(left + third).residual < fit_at(right - third).residual)
      right -= third;
    else
      left += third;
  }
  return {fit_at((left + right) / 2), std::exp((left + right) / 2)};
}

} // namespace

double farthest_distance(std::span<const double> coordinates, int dimension) {
  const DistancesOfPoints distance(coordinates, dimension);
  double farthest = 0;
  for (std::size_t i = 0; i < distance.points(); ++i)
    for (std::size_t j = 0; j < i; ++j) farthest = std::max(farthest, distance(i, j));
  return farthest;
}

double farthest_distance(const Lattice& lattice, std::int64_t own) {
  double sum = 0;
  const Extents n = lattice.extents();
  for (int axis = 0; axis < max_dimension; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    std::int64_t steps = lattice.closes(axis) ? n[a] / 2 : n[a] - 1;
    if (own >= 0) steps = std::max(lattice.place(own)[a], n[a] - 1 - lattice.place(own)[a]);
    sum += std::pow(static_cast<double>(steps) * lattice.spacing_of(axis), 2);
  }
  return std::sqrt(sum);
}

DistanceProfile distance_profile(const KernelRows& kernel) {
  const Lattice& lattice = kernel.lattice;
  const Extents n = lattice.extents();
  double width = std::numeric_limits<double>::infinity();
  for (const double spacing : lattice.spacing) width = std::min(width, spacing);
  DistanceProfile profile = empty_profile(width, farthest_distance(lattice, kernel.own));
  const std::array squares{squared_steps(lattice, 0), squared_steps(lattice, 1),
                           squared_steps(lattice, 2)};
  for (std::int64_t i = 0; i < kernel.rows(); ++i) {
    const auto own = lattice.place(kernel.own_of(i));
    const auto from = [&](std::size_t a) { return squares[a].data() + (n[a] - 1 - own[a]); };
    const double* weight = kernel.row(i).data();
    for (std::int64_t z = 0; z < n[0]; ++z)
      for (std::int64_t y = 0; y < n[1]; ++y)
        for (std::int64_t x = 0; x < n[2]; ++x)
          add_weight(profile, std::sqrt(from(0)[z] + from(1)[y] + from(2)[x]), *weight++);
  }
  return profile;
}

DistanceProfile distance_profile(std::span<const double> coordinates, int dimension,
                                 std::span<const double> weights) {
  const DistancesOfPoints distance(coordinates, dimension);
  const std::size_t n = distance.points();
  const double farthest = farthest_distance(coordinates, dimension);
  double nearest_sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < n; ++j)
      if (j != i) nearest = std::min(nearest, distance(i, j));
    if (n > 1) nearest_sum += nearest / static_cast<double>(n);
  }
  constexpr double most_bins = 10000;
  const double width = std::max(nearest_sum, farthest / most_bins);
  DistanceProfile profile = empty_profile(width > 0 ? width : 1.0, farthest);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) add_weight(profile, distance(i, j), weights[i * n + j]);
  return profile;
}

Locality locality_of(const DistanceProfile& profile, std::span<const double> distances) {
  const auto shares = [&](const std::vector<double>& sums) {
    const double all = std::accumulate(sums.begin(), sums.end(), 0.0);
    std::vector<double> result;
    for (const double distance : distances) {
      double within = 0;
      for (std::size_t b = 0; b < sums.size(); ++b)
        if (static_cast<double>(b) * profile.width <= distance * (1 + 1e-12)) within += sums[b];
      result.push_back(all > 0 ? within / all : 1.0);
    }
    return result;
  };
  return {shares(profile.absolute), shares(profile.squared)};
}

double radius_of_share(const DistanceProfile& profile, double share) {
  const auto& sums = profile.absolute;
  const double all = std::accumulate(sums.begin(), sums.end(), 0.0);
  double within = 0;
  for (std::size_t b = 0; b < sums.size(); ++b) {
    within += sums[b];
    if (within >= share * all * (1 - 1e-12)) return static_cast<double>(b) * profile.width;
  }
  return profile.farthest;
}

bool PowerLaw::has_moments(std::int64_t order, int dimension) const {
  constexpr double slack = 0.02; // what a fit of exact weights leaves, many times over
  return static_cast<double>(order) < exponent - dimension - slack - 2 * error;
}

std::optional<PowerLaw> fit_power_law(const DistanceProfile& profile) {
  const TailPoints tail = tail_points(profile);
  constexpr std::size_t fewest = 8;
  if (tail.log_r.size() < fewest) return std::nullopt;
  const auto [lowest, highest] = std::ranges::minmax(tail.log_w);
  if (highest - lowest < std::log(10.0)) return std::nullopt;
  const auto power =
      best_of_family(profile.width / 8, profile.farthest, tail, [](double log_r, double length) {
        return 0.5 * std::log1p(std::exp(2 * log_r) / (length * length));
      });
  const auto stretched =
      best_of_family(0.3, 3.0, tail, [](double log_r, double p) { return std::exp(p * log_r); });
  constexpr double good = 0.3, clearly_better = 0.7, steepest = 30;
  const LineFit& line = power.line;
  if (line.residual > good || line.residual > clearly_better * stretched.line.residual ||
      line.slope <= 0 || line.slope > steepest || power.parameter > 0.5 * profile.farthest)
    return std::nullopt;
  return PowerLaw{line.slope, line.error, power.parameter};
}

} // namespace nadir
