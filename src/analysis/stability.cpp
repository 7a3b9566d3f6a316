#include "nadir/analysis/stability.hpp"

#include "nadir/base/log.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

namespace nadir {
namespace {

/// The coefficients of one point of one layer, axes in use first.
struct PointCoefficients {
  double R = 0, b = 0, omega = 1;
  std::array<double, 3> U{}, D{};
  std::array<std::array<double, 3>, 3> D_full{};
};

/// Reads one layer's coefficients point by point; number where a parameter does not vary.
class PointReader {
 public:
  PointReader(const Case& c, const Coefficients& coefficients, std::int64_t layer)
      : d_(c.grid.dimension()), tensor_(c.kernel.diffusion_tensor),
        rows_(coefficients.layer(layer)) {}

  PointCoefficients at(std::int64_t z, std::int64_t y, std::int64_t x) const {
    const auto value = [&](const CoefficientView& v) {
      return v.field ? v.field[z * v.stride.z + y * v.stride.y + x] : v.number;
    };
    PointCoefficients p;
    p.R = value(rows_.theta[0]);
    p.b = value(rows_.b);
    p.omega = value(rows_.omega);
    for (std::size_t a = 0; a < static_cast<std::size_t>(d_); ++a)
      p.U[a] = value(rows_.theta[1 + a]);
    read_tensor(value, p);
    return p;
  }

 private:
  template<class Value> void read_tensor(Value value, PointCoefficients& p) const {
    const auto d = static_cast<std::size_t>(d_);
    std::size_t slot = 1 + d;
    for (std::size_t a = 0; a < d; ++a) {
      for (std::size_t b = a; b < d; ++b) {
        if (b > a && tensor_ != DiffusionTensor::full) continue;
        p.D_full[a][b] = p.D_full[b][a] = value(rows_.theta[slot]);
        if (tensor_ != DiffusionTensor::isotropic) ++slot;
      }
      p.D[a] = p.D_full[a][a];
    }
  }

  int d_;
  DiffusionTensor tensor_;
  LayerCoefficients rows_;
};

/// Most points per rank whose amplification is sampled: each costs up to a thousand waves.
constexpr std::int64_t most_amplified_points = 20000;

/// Calls use(coefficients, whether this point's amplification is to be sampled) for every different
/// set of coefficients on this rank.
template<class Use>
void for_each_point(const Grid& grid, const Case& c, const Coefficients& coefficients, Use use) {
  std::int64_t layers = 1;
  bool fields = false;
  for (const auto p : all_parameters) {
    layers = std::max(layers, coefficients[p].layers());
    fields = fields || coefficients[p].varies_space();
  }
  const Extents n = fields ? grid.owned().count : Extents{1, 1, 1};
  const std::int64_t stride = 1 + layers * n[0] * n[1] * n[2] / most_amplified_points;
  std::int64_t visited = 0;
  for (std::int64_t l = 0; l < layers; ++l) {
    const PointReader reader(c, coefficients, l);
    for (std::int64_t z = 0; z < n[0]; ++z) {
      for (std::int64_t y = 0; y < n[1]; ++y) {
        for (std::int64_t x = 0; x < n[2]; ++x) {
          use(reader.at(z, y, x), visited++ % stride == 0);
        }
      }
    }
  }
}

/// |a(k)| at k_a Delta_a = theta_a, from the symbol of the central differences.
double amplification(const PointCoefficients& p, const std::array<double, 3>& spacing,
                     const std::array<double, 3>& theta, std::size_t d) {
  std::complex<double> symbol = 1.0 + p.R;
  for (std::size_t a = 0; a < d; ++a) {
    symbol -= std::complex<double>(0.0, p.U[a] * std::sin(theta[a]) / spacing[a]);
    symbol -= p.D[a] * 2.0 * (1.0 - std::cos(theta[a])) / (spacing[a] * spacing[a]);
    for (std::size_t b = a + 1; b < d; ++b) {
      symbol -= 2.0 * p.D_full[a][b] * std::sin(theta[a]) * std::sin(theta[b]) /
                (spacing[a] * spacing[b]);
    }
  }
  return std::abs(1.0 - p.omega + p.omega * symbol);
}

double largest_amplification(const PointCoefficients& p, const std::array<double, 3>& spacing,
                             std::size_t d) {
  // Long waves (the first to grow when advection is too strong), and the spectrum up to the
  // checkerboard.
  constexpr double pi = std::numbers::pi;
  constexpr std::array angles{0.0,      0.05,      -0.05,      pi / 4,      -pi / 4,
                              pi / 2.0, -pi / 2.0, 3 * pi / 4, -3 * pi / 4, pi};
  constexpr int samples = static_cast<int>(angles.size());
  const auto angle = [&](int i) { return angles[static_cast<std::size_t>(i)]; };
  double largest = 0;
  const int outer = d > 2 ? samples : 1, middle = d > 1 ? samples : 1;
  for (int i = 0; i < outer; ++i) {
    for (int j = 0; j < middle; ++j) {
      for (int k = 0; k < samples; ++k) {
        largest = std::max(largest, amplification(p, spacing, {angle(k), angle(j), angle(i)}, d));
      }
    }
  }
  return largest;
}

bool bounded_by_maximum(const Case& c, const PointCoefficients& p,
                        const std::array<double, 3>& spacing) {
  const auto f = c.network.activation;
  const bool lipschitz = f == ActivationKind::identity || f == ActivationKind::tanh ||
                         f == ActivationKind::relu || f == ActivationKind::leaky_relu ||
                         f == ActivationKind::sin;
  bool holds = lipschitz && p.b == 0 && p.omega >= 0 && p.omega <= 1 && p.R <= 0;
  double sum = 0;
  for (std::size_t a = 0; a < static_cast<std::size_t>(c.grid.dimension()); ++a) {
    holds = holds && std::abs(p.U[a]) * spacing[a] <= 2.0 * p.D[a];
    sum += 2.0 * p.D[a] / (spacing[a] * spacing[a]);
    for (std::size_t b = a + 1; b < static_cast<std::size_t>(c.grid.dimension()); ++b) {
      holds = holds && p.D_full[a][b] == 0;
    }
  }
  return holds && sum <= 1.0 + p.R;
}

void add_point(const Case& c, const PointCoefficients& p, const std::array<double, 3>& spacing,
               bool amplify, Stability& s) {
  double diffusive = 0, advective = 0;
  for (std::size_t a = 0; a < static_cast<std::size_t>(c.grid.dimension()); ++a) {
    const double number = 2.0 * p.omega * p.D[a] / (spacing[a] * spacing[a]);
    // A negative one sharpens: no positive number of another axis makes up for it.
    diffusive += number < 0 ? std::numeric_limits<double>::infinity() : number;
    if (p.U[a] == 0) continue;
    advective += p.D[a] > 0 ? p.omega * p.U[a] * p.U[a] / (2.0 * p.D[a])
                            : std::numeric_limits<double>::infinity();
  }
  s.diffusive = std::max(s.diffusive, diffusive);
  s.advective = std::max(s.advective, advective);
  if (s.full_tensor && amplify) {
    s.amplification =
        std::max(s.amplification,
                 largest_amplification(p, spacing, static_cast<std::size_t>(c.grid.dimension())));
  }
  s.omega_min = std::min(s.omega_min, p.omega);
  s.omega_max = std::max(s.omega_max, p.omega);
  s.maximum_principle = s.maximum_principle && bounded_by_maximum(c, p, spacing);
}

} // namespace

Stability stability_of(const Grid& grid, const Case& c, const Coefficients& coefficients) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Stability s;
  s.full_tensor = c.kernel.diffusion_tensor == DiffusionTensor::full && c.grid.dimension() > 1;
  s.omega_min = infinity;
  s.omega_max = -infinity;
  s.diffusive = s.advective = -infinity;
  s.maximum_principle = true;
  std::array<double, 3> spacing{1, 1, 1};
  std::ranges::copy(c.grid.spacing, spacing.begin());
  for_each_point(grid, c, coefficients, [&](const PointCoefficients& p, bool amplify) {
    add_point(c, p, spacing, amplify, s);
  });
  for (const auto& boundary : c.grid.boundary) {
    // A ghost value may exceed the state's own maximum.
    if (boundary.kind == BoundaryKind::value && boundary.value != 0) s.maximum_principle = false;
  }
  std::array<double, 6> largest{s.diffusive, s.advective,  s.amplification,
                                s.omega_max, -s.omega_min, s.maximum_principle ? 0.0 : 1.0};
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, largest.data(), 6, MPI_DOUBLE, MPI_MAX, grid.comm()));
  s.diffusive = largest[0];
  s.advective = largest[1];
  s.amplification = largest[2];
  s.omega_max = largest[3];
  s.omega_min = -largest[4];
  s.maximum_principle = largest[5] == 0;
  return s;
}

std::string stability_text(const Stability& s) {
  const auto verdict = [](double number) {
    return number <= 1.0 ? "ok" : "above 1: unstable where f is linear";
  };
  std::string text;
  if (s.full_tensor) {
    text = "largest amplification |a(k)| of a layer, worst point: " +
           (std::isfinite(s.amplification) ? formatted("%.4g", s.amplification)
                                           : std::string("beyond the range of numbers"));
    text +=
        s.amplification <= 1.0 + 1e-12 ? " (ok)" : " (above 1: some waves grow where f is linear)";
  } else {
    text = std::isinf(s.diffusive)
               ? std::string("diffusive number: some omega D is negative, which sharpens: unstable "
                             "where f is linear\n")
               : formatted("diffusive number  sum 2 omega D / spacing^2, worst point: %.4g (%s)\n",
                           s.diffusive, verdict(s.diffusive));
    text += std::isinf(s.advective)
                ? std::string("advective number  sum omega U^2 / (2 D): infinite (U without D: "
                              "unstable where f is linear)")
                : formatted("advective number  sum omega U^2 / (2 D), worst point: %.4g (%s)",
                            s.advective, verdict(s.advective));
  }
  if (s.omega_max > 1.0) text += formatted("\nomega up to %.4g: over-relaxation", s.omega_max);
  if (s.maximum_principle) text += "\nthe maximum norm of the state cannot grow";
  return text;
}

} // namespace nadir
