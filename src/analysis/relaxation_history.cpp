#include "nadir/analysis/relaxation_history.hpp"

#include "nadir/base/collective.hpp"
#include "nadir/training/misfit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace nadir {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// The larger root of x^2 = a x + b in modulus, where d_2 = a d_1 + b d_0 as nearly as can be: two
/// modes, or a pair of complex ones, decay at once.
double factor_of_two_modes(Vec d0, Vec d1, Vec d2) {
  constexpr double alike = 1e-4; // d_0 and d_1 differ in length alone: one mode is left
  const Vec with[] = {d0, d1, d2};
  std::array<PetscScalar, 3> of_0{}, of_1{};
  check_petsc(VecMDot(d0, 3, with, of_0.data()));
  check_petsc(VecMDot(d1, 3, with, of_1.data()));
  const double determinant = of_0[0] * of_1[1] - of_0[1] * of_0[1];
  if (determinant <= alike * alike * of_0[0] * of_1[1]) return std::sqrt(of_1[1] / of_0[0]);
  const double a = (of_1[2] * of_0[0] - of_0[2] * of_0[1]) / determinant;
  const double b = (of_0[2] * of_1[1] - of_1[2] * of_0[1]) / determinant;
  const double discriminant = a * a / 4 + b;
  if (discriminant < 0) return std::sqrt(-b);
  return std::abs(a / 2) + std::sqrt(discriminant);
}

/// The factor by which layers shrink a disturbance d of z* in the end: it goes through layers, and
/// is enlarged to `size` after each, until the factor has settled.
class RateMeter {
 public:
  RateMeter(FixedPointMap& map, Vec fixed, double size) : map_(map), fixed_(fixed), size_(size) {
    for (VecHandle& d : d_) d = map.create();
  }

  double run(Vec disturbance, std::int64_t most) {
    constexpr double settled = 1e-3; // of what is lost per layer, from so many layers to twice that
    check_petsc(VecCopy(disturbance, d_[2]));
    double before = no_number;
    for (std::int64_t l = 0, next = 10; l < most; l = next, next *= 2) {
      for (std::int64_t k = l; k < next; ++k)
        if (!step()) return no_number;
      const double factor = factor_of_two_modes(d_[0], d_[1], d_[2]);
      if (std::abs(factor - before) <= settled * std::abs(1 - factor)) return factor;
      before = factor;
    }
    return before;
  }

 private:
  /// One more layer; whether anything is left of the disturbance.
  bool step() {
    constexpr double rounding = 1e-6;
    std::rotate(d_.begin(), d_.begin() + 1, d_.end());
    const double length = root_mean_square(d_[1]);
    if (!(length > 0) || !std::isfinite(length)) return false;
    for (Vec d : {d_[0].get(), d_[1].get()}) check_petsc(VecScale(d, size_ / length));
    check_petsc(VecWAXPY(d_[2], 1.0, fixed_, d_[1]));
    map_.relax(d_[2], 1);
    check_petsc(VecAXPY(d_[2], -1.0, fixed_));
    return root_mean_square(d_[2]) > rounding * size_;
  }

  FixedPointMap& map_;
  Vec fixed_;
  double size_;
  std::array<VecHandle, 3> d_; ///< after consecutive layers
};

std::int64_t place_of_least(const std::vector<double>& values) {
  std::int64_t best = -1;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isnan(values[k]) && (best < 0 || values[k] < values[static_cast<std::size_t>(best)]))
      best = static_cast<std::int64_t>(k);
  return best;
}

class Follower {
 public:
  Follower(FixedPointMap& map, const AttractorSpec& a, const Observations& observations,
           std::int64_t s, const FixedPoint* attractor)
      : map_(map), a_(a), observations_(observations), sample_(s), attractor_(attractor),
        misfit_(map.state_layout(), observations, Reduction::sum), z_(map.create()),
        z_eq_(map.create()), work_(map.create()) {
    std::copy_n(observations.input_sample(s), observations.points, VecWrite(z_).data());
  }

  RelaxationHistory run() {
    const std::int64_t least = std::min(map_.problem().network.layers, a_.layers);
    const double scale = attractor_ ? scale_of(attractor_->state) : 1.0;
    for (std::int64_t l = 0; look(); ++l) {
      const bool reached = h_.distance.back() <= a_.depth_tolerance * scale;
      if (reached && h_.depth < 0) {
        h_.depth = l;
        arrived_ = map_.copy(z_);
      }
      if (l >= (attractor_ && h_.depth < 0 ? a_.layers : least)) break;
      map_.relax(z_, 1);
    }
    h_.best_depth = place_of_least(h_.loss);
    h_.rate = attractor_ ? measure_rate(scale) : no_number;
    h_.predicted_depth =
        attractor_ ? attractor_->spectrum.layers_to(a_.depth_tolerance * scale, h_.distance.front())
                   : no_number;
    return std::move(h_);
  }

 private:
  /// Adds the state of one layer. Whether it is finite.
  bool look() {
    map_.equilibrium(z_, z_eq_);
    const double departure = distance_between(z_, z_eq_, work_);
    h_.departure.push_back(departure);
    h_.liouvillean.push_back(map_.residual(z_eq_, work_));
    h_.distance.push_back(attractor_ ? distance_between(z_, attractor_->state, work_) : no_number);
    h_.loss.push_back(loss());
    return std::isfinite(departure);
  }

  /// From where the relaxation has come to. Small enough for what is not linear not to count.
  double measure_rate(double scale) {
    constexpr double small = 1e-6;
    const bool linear = map_.problem().network.activation->linear;
    const VecHandle disturbance = map_.copy(arrived_.get() ? arrived_ : z_);
    check_petsc(VecAXPY(disturbance, -1.0, attractor_->state));
    RateMeter meter(map_, attractor_->state, linear ? scale : small * scale);
    return meter.run(disturbance, a_.layers);
  }

  double loss() {
    if (observations_.targets.empty()) return no_number;
    const std::size_t last = observations_.targets.size() - 1;
    return sum_over_ranks(map_.grid().comm(), misfit_.distance(sample_, last, map_.padded(z_)));
  }

  FixedPointMap& map_;
  const AttractorSpec& a_;
  const Observations& observations_;
  std::int64_t sample_;
  const FixedPoint* attractor_;
  Misfit misfit_;
  VecHandle z_, z_eq_, work_;
  VecHandle arrived_; ///< z when it came within depth_tolerance
  RelaxationHistory h_;
};

} // namespace

RelaxationHistory follow_relaxation(FixedPointMap& map, const AttractorSpec& a,
                                    const Observations& observations, std::int64_t s,
                                    const FixedPoint* attractor) {
  return Follower(map, a, observations, s, attractor).run();
}

} // namespace nadir
