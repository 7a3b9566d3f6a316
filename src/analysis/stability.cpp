#include "nadir/analysis/stability.hpp"

#include "nadir/base/log.hpp"
#include "nadir/kernel/node_terms.hpp"
#include "nadir/kernel/stencil_table.hpp"
#include "nadir/network/scheme.hpp"
#include "nadir/network/schemes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

namespace nadir {
namespace {

/// The coefficients of one point of one layer, axes in use first.
struct PointCoefficients {
  double R = 0, b = 0, omega = 1;
  std::array<double, 3> U{}, D{};
  std::array<std::array<double, 3>, 3> D_full{};
};

/// One point of one layer.
struct Point {
  const LayerCoefficients& rows;
  std::int64_t z, y, x;
  double value(const CoefficientView& v) const { return v.at(z, y, x); }
};

/// Those of the family adr.
PointCoefficients coefficients_at(const Point& at, std::size_t d, DiffusionTensor tensor) {
  PointCoefficients p;
  const auto& theta = at.rows.theta;
  p.R = at.value(theta[0]);
  p.b = at.value(at.rows.b);
  p.omega = at.value(at.rows.omega);
  for (std::size_t a = 0; a < d; ++a) p.U[a] = at.value(theta[1 + a]);
  std::size_t slot = 1 + d;
  for (std::size_t a = 0; a < d; ++a) {
    for (std::size_t b = a; b < d; ++b) {
      if (b > a && tensor != DiffusionTensor::full) continue;
      p.D_full[a][b] = at.value(theta[slot]);
      if (tensor != DiffusionTensor::isotropic) ++slot;
    }
    p.D[a] = p.D_full[a][a];
  }
  return p;
}

/// Most points per rank whose amplification is sampled: each costs up to a thousand waves.
constexpr std::int64_t most_amplified_points = 20000;

/// Calls use(point, whether this point's amplification is to be sampled) for every different set of
/// coefficients on this rank.
template<class Use>
void for_each_point(const Grid& grid, const Coefficients& coefficients, std::int64_t most_amplified,
                    Use use) {
  std::int64_t layers = 1;
  bool fields = false;
  for (const Parameter& p : coefficients.parameters()) {
    layers = std::max(layers, coefficients[p].layers());
    fields = fields || coefficients[p].varies_space();
  }
  const Extents n = fields ? grid.owned().count : Extents{1, 1, 1};
  const std::int64_t stride = 1 + layers * n[0] * n[1] * n[2] / most_amplified;
  std::int64_t visited = 0;
  for (std::int64_t l = 0; l < layers; ++l) {
    const LayerCoefficients rows = coefficients.layer(l);
    for (std::int64_t z = 0; z < n[0]; ++z) {
      for (std::int64_t y = 0; y < n[1]; ++y) {
        for (std::int64_t x = 0; x < n[2]; ++x) {
          use(Point{rows, z, y, x}, visited++ % stride == 0);
        }
      }
    }
  }
}

/// Calls use(angles) for the sampled waves, angles by axes in use.
template<class Use> void for_waves(std::size_t d, Use use) {
  // Long waves (the first to grow when advection is too strong), and the spectrum up to the
  // checkerboard.
  constexpr double pi = std::numbers::pi;
  constexpr std::array angles{0.0,      0.05,      -0.05,      pi / 4,      -pi / 4,
                              pi / 2.0, -pi / 2.0, 3 * pi / 4, -3 * pi / 4, pi};
  constexpr int samples = static_cast<int>(angles.size());
  const auto angle = [&](int i) { return angles[static_cast<std::size_t>(i)]; };
  const int outer = d > 2 ? samples : 1, middle = d > 1 ? samples : 1;
  for (int i = 0; i < outer; ++i) {
    for (int j = 0; j < middle; ++j) {
      for (int k = 0; k < samples; ++k) use(std::array{angle(k), angle(j), angle(i)});
    }
  }
}

bool bounded_by_maximum(const ModelSpec& c, const PointCoefficients& p,
                        const std::array<double, 3>& spacing) {
  bool holds =
      c.network.activation->contracts && p.b == 0 && p.omega >= 0 && p.omega <= 1 && p.R <= 0;
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

void add_point(const ModelSpec& c, const PointCoefficients& p, const std::array<double, 3>& spacing,
               Stability& s) {
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
  s.maximum_principle = s.maximum_principle && bounded_by_maximum(c, p, spacing);
}

/// The smallest and largest of nothing.
Stability nothing_seen() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Stability s;
  s.omega_min = infinity;
  s.omega_max = -infinity;
  s.diffusive = s.advective = -infinity;
  return s;
}

/// The amplification by kernels of any family, from their tables or their basis functions.
class TableAmplification {
 public:
  TableAmplification(const Grid& grid, const ModelSpec& c)
      : scheme_(c.network.scheme),
        table_(stencil_table_of(c.kernel, grid.dimension(), grid.spacings())) {
    const auto d = static_cast<std::size_t>(grid.dimension());
    for_waves(d, [&](const std::array<double, 3>& angles) {
      auto& angle = angles_.emplace_back();
      std::copy_n(angles.begin(), d, angle.end() - static_cast<std::ptrdiff_t>(d));
    });
    if (is_galerkin(c) && table_.linear())
      keep_projected_waves(grid, c);
    else if (table_.linear())
      keep_waves();
  }

  /// Points that are sampled at most: each costs up to a thousand waves.
  std::int64_t most_points() const {
    constexpr double most_phases = 5e7; // of neighbours; less than a second
    if (table_.linear())
      return 1 + 10 * most_amplified_points / static_cast<std::int64_t>(table_.coefficients);
    double neighbours = 0;
    for (const Stencil& term : table_.terms) neighbours += static_cast<double>(term.size());
    return 1 + static_cast<std::int64_t>(most_phases / neighbours) / std::ssize(angles_);
  }

  /// The largest |a(k)| of one point.
  double largest(const Point& p) const {
    const double omega = p.value(p.rows.omega);
    std::vector<double> theta;
    for (std::size_t c = 0; c < table_.coefficients; ++c) theta.push_back(p.value(p.rows.theta[c]));
    const std::vector<double> weights = table_.weights_of(theta);
    double largest = 0;
    for (std::size_t k = 0; k < angles_.size(); ++k) {
      const auto W =
          table_.linear() ? combined(waves_[k], weights) : symbol(table_, weights, angles_[k]);
      largest = std::max(largest, std::abs(amplification_factor(scheme_, omega * (W - 1.0))));
    }
    return largest;
  }

 private:
  using Wave = std::vector<std::complex<double>>; ///< symbols of 1 and of each term

  void keep_waves() {
    std::vector<double> one(table_.terms.size(), 0.0);
    for (const auto& angle : angles_) {
      const auto constant = symbol(table_, one, angle);
      Wave& wave = waves_.emplace_back(1, constant);
      for (double& weight : one) {
        weight = 1.0;
        wave.push_back(symbol(table_, one, angle) - constant);
        weight = 0.0;
      }
    }
  }

  /// Of a Galerkin layer, far from its ends.
  void keep_projected_waves(const Grid& grid, const ModelSpec& c) {
    const auto basis = grid_basis(c.network.basis, static_cast<int>(c.network.nodes),
                                  grid.dimension(), grid.spacings());
    const auto terms = node_terms(c.kernel, grid.dimension());
    for (const auto& angle : angles_) {
      Wave& wave = waves_.emplace_back(1 + table_.coefficients, 0.0);
      wave[0] = 1.0;
      for (const NodeTerm& term : terms)
        wave[1 + term.coefficient] += term.factor * projected_symbol(basis, term.derivative, angle);
    }
  }

  static std::complex<double> combined(const Wave& wave, const std::vector<double>& weights) {
    std::complex<double> W = wave[0];
    for (std::size_t k = 1; k < wave.size(); ++k) W += weights[k - 1] * wave[k];
    return W;
  }

  SchemeKind scheme_;
  StencilTable table_;
  std::vector<std::array<double, max_dimension>> angles_;
  std::vector<Wave> waves_; ///< where the weights are the coefficients
};

/// Families that are no diffusion and advection alone, schemes other than explicit Euler and layers
/// in Galerkin form are judged by their amplification; so is a full tensor.
void add_amplification(const Grid& grid, const ModelSpec& c, const Coefficients& coefficients,
                       Stability& s) {
  const TableAmplification amplification(grid, c);
  for_each_point(grid, coefficients, amplification.most_points(),
                 [&](const Point& p, bool amplify) {
                   if (amplify)
                     s.amplification = std::max(s.amplification, amplification.largest(p));
                 });
}

void add_numbers(const Grid& grid, const ModelSpec& c, const Coefficients& coefficients,
                 Stability& s) {
  const auto d = static_cast<std::size_t>(c.grid.dimension());
  const DiffusionTensor tensor = c.kernel.terms.front().tensor();
  s.maximum_principle = true;
  std::array<double, 3> spacing{1, 1, 1};
  std::ranges::copy(c.grid.spacing, spacing.begin());
  for_each_point(grid, coefficients, 1, [&](const Point& p, bool) {
    add_point(c, coefficients_at(p, d, tensor), spacing, s);
  });
  for (const auto& boundary : c.grid.boundary) {
    // A ghost value may exceed the state's own maximum.
    if (boundary.kind == BoundaryKind::value && boundary.value != 0) s.maximum_principle = false;
  }
}

Stability of_this_rank(const Grid& grid, const ModelSpec& c, const Coefficients& coefficients) {
  const bool numbers =
      c.kernel.is("adr") && !is_galerkin(c) && c.network.scheme == SchemeKind::explicit_euler;
  Stability s = nothing_seen();
  s.full_tensor = !numbers || (c.kernel.terms.front().tensor() == DiffusionTensor::full &&
                               c.grid.dimension() > 1);
  for_each_point(grid, coefficients, 1, [&](const Point& p, bool) {
    const double omega = p.value(p.rows.omega);
    s.omega_min = std::min(s.omega_min, omega);
    s.omega_max = std::max(s.omega_max, omega);
  });
  if (numbers) add_numbers(grid, c, coefficients, s);
  if (s.full_tensor) add_amplification(grid, c, coefficients, s);
  return s;
}

} // namespace

Stability stability_of(const Grid& grid, const ModelSpec& c, const Coefficients& coefficients) {
  if (c.kernel.is_full_matrix()) return {.full_matrix = true};
  const bool relaxes = c.network.scheme == SchemeKind::explicit_euler;
  Stability s = of_this_rank(grid, c, coefficients);
  s.relaxes = relaxes;
  s.normalised = c.network.normalisation != Normalisation::none;
  s.maximum_principle = s.maximum_principle && !s.normalised;
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
  if (s.full_matrix)
    return "a full matrix has no symbol; `nadir attractor` finds its fixed points and judges them";
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
  if (s.omega_max > 1.0 && s.relaxes)
    text += formatted("\nomega up to %.4g: over-relaxation", s.omega_max);
  if (s.normalised) text += "\n(all this without the normalisation, which holds the norm)";
  if (s.maximum_principle) text += "\nthe maximum norm of the state cannot grow";
  return text;
}

std::string start_advice(const Grid& grid, const ModelSpec& c, const Coefficients& coefficients) {
  std::string text = "\ntry a start nearer to rest: smaller init (and bounds, which keep it so), a "
                     "smaller network.relaxation, fewer network.layers";
  const bool explicit_euler = c.network.scheme == SchemeKind::explicit_euler;
  if (!c.kernel.with_parameter("diffusion") || is_galerkin(c) || !explicit_euler) return text;
  const Stability s = stability_of(grid, c, coefficients);
  double squares = 0;
  for (const double step : c.grid.spacing) squares += 1 / (step * step);
  if (!(s.omega_max > 0)) return text;
  return text + formatted("; with omega = %g the largest stable D (isotropic, f = identity, R = U "
                          "= 0) is %g",
                          s.omega_max, 1 / (2 * s.omega_max * squares));
}

} // namespace nadir
