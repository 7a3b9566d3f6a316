#pragma once

#include "nadir/analysis/lattice.hpp"

#include <optional>
#include <span>
#include <vector>

/// How weights fall off with the distance.
namespace nadir {

/// Weights gathered by distance, all rows together.
struct DistanceProfile {
  double width = 1.0;    ///< of a bin; bin b holds distances around b * width
  double farthest = 0.0; ///< the largest distance
  std::vector<double> count, absolute, squared; ///< [bin] numbers of weights, sums of |W|, |W|^2
  std::vector<double> log_distance, log_weight; ///< [bin] sums over weights that are not 0
  std::vector<double> not_zero;                 ///< [bin] how many
};

/// The largest distance from a point of a lattice, or, for stencils, from the tap `own`.
double farthest_distance(const Lattice& lattice, std::int64_t own = -1);
/// The same of points anywhere, [point][axis].
double farthest_distance(std::span<const double> coordinates, int dimension);

/// Bins as wide as the smallest spacing; distances by the shorter way round closed axes.
DistanceProfile distance_profile(const KernelRows& kernel);
/// For points anywhere, [point][axis] and [point][point]; bins as wide as a mean distance of
/// neighbours.
DistanceProfile distance_profile(std::span<const double> coordinates, int dimension,
                                 std::span<const double> weights);

/// Shares of the sums of |W| and |W|^2 within each distance.
struct Locality {
  std::vector<double> absolute, squared; ///< [distance]
};
Locality locality_of(const DistanceProfile& profile, std::span<const double> distances);
/// The smallest distance (a bin's) with at least this share of the sum of |W| within.
double radius_of_share(const DistanceProfile& profile, double share);

/// A power law |W| ~ (1 + r^2/l^2)^(-s/2) that describes the weights' fall-off.
struct PowerLaw {
  double exponent = 0.0; ///< s
  double error = 0.0;    ///< its standard error
  double length = 0.0;   ///< l
  /// Whether the moments of this order exist: |k| < s - d (theory, section 3). At equality they
  /// grow like a logarithm: they do not.
  bool has_moments(std::int64_t order, int dimension) const;
};

/// The power law of a profile, fitted in logarithms; nothing where the weights do not fall by at
/// least a factor of ten, where too few distances are there, or where an exponential (stretched or
/// not) or a Gaussian describes them as well.
std::optional<PowerLaw> fit_power_law(const DistanceProfile& profile);

} // namespace nadir
