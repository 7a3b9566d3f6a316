#include "nadir/analysis/attractor.hpp"

#include "nadir/analysis/starts.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/log.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace nadir {
namespace {

/// Relative to the vectors' sizes: data in single precision are not more exact.
constexpr double solvable = 1e-7;

double product_of(Vec a, Vec b) {
  PetscScalar product = 0;
  check_petsc(VecDot(a, b, &product));
  return product;
}

double size_of_vector(Vec v) {
  PetscReal norm = 0;
  check_petsc(VecNorm(v, NORM_2, &norm));
  return norm;
}

/// Rows of a square matrix, each with its right-hand side at the end; for as many null vectors as
/// there can be.
constexpr std::size_t most_null_vectors = 1u << max_dimension;
using SmallSystem = std::array<std::array<double, most_null_vectors + 1>, most_null_vectors>;

/// Makes the first n rows diagonal, by Gauss and Jordan.
void eliminate(SmallSystem& rows, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i; r < n; ++r)
      if (std::abs(rows[r][i]) > std::abs(rows[pivot][i])) pivot = r;
    std::swap(rows[i], rows[pivot]);
    for (std::size_t r = 0; r < n; ++r) {
      if (r == i) continue;
      const double factor = rows[r][i] / rows[i][i];
      for (std::size_t j = 0; j < rows[r].size(); ++j) rows[r][j] -= factor * rows[i][j];
    }
  }
}

FixedPointMethod method_of(const AttractorSpec& a) {
  // Relaxation leaves the last digits to Newton too.
  return a.solver == FixedPointMethod::anderson ? a.solver : FixedPointMethod::newton;
}

} // namespace

AttractorSearch::AttractorSearch(FixedPointMap& map, const AttractorSpec& a,
                                 const Observations& observations)
    : map_(map), a_(a), observations_(observations), spectrum_(map, a_.modes), response_(map),
      solver_(map, method_of(a_), a_.tolerance, a_.iterations), work_(map.create()) {}

Attractors AttractorSearch::run(const Tell& tell) {
  const bool is_linear = map_.problem().network.activation->linear;
  return is_linear ? linear(tell) : nonlinear(tell);
}

// ---- f = identity -------------------------------------------------------------------------------

/// (I - W) z = g - b, the equilibrium of zero.
void AttractorSearch::particular(Vec z) {
  const VecHandle zero = map_.create(), right = map_.create();
  map_.linearise(zero);
  map_.equilibrium(zero, right);
  const NullSpace& null = response_.find_null_space();
  const double size = size_of_vector(right);
  if (null.everything && size > 0)
    throw NumericsError(
        "no attractor: W = I, so each layer moves every state by -omega b for ever; "
        "b = 0 leaves it where it is, R < 0 lets it come to rest");
  for (const VecHandle& psi : null.left) {
    const double part = product_of(psi, right) / (size_of_vector(psi) * std::max(size, 1e-300));
    if (std::abs(part) > solvable)
      throw NumericsError(formatted(
          "no attractor: W - I is singular (R = 0, no `value` boundary) and <psi, b> is not 0 but "
          "%.2g of |psi| |b|, psi its left null vector: every layer adds that much along the null "
          "vector. Take this part from b, let R be below 0, or hold an axis by a value boundary",
          -part));
  }
  if (null.everything || size == 0) return check_petsc(VecSet(z, 0.0));
  const LinearEnd end = response_.solve(right, z);
  if (!end.solved)
    throw NumericsError(formatted("(W - I) z = b was not solved: W - I is singular or nearly so. "
                                  "GMRES stopped at %.1e of the start; residuals:%s. Try -- "
                                  "-attractor_linear_ksp_gmres_restart 300, or another R",
                                  end.residual, residuals_text(end.history).c_str()));
}

/// Where `start` relaxes to: what is along the null space stays, weighted by psi / omega.
void AttractorSearch::reach(Vec particular, Vec start, Vec z) const {
  const NullSpace& null = response_.null_space();
  check_petsc(VecCopy(null.everything ? start : particular, z));
  const std::size_t k = null.left.size();
  if (k == 0 || null.everything) return;
  const VecHandle weight = map_.create(), difference = map_.copy(start);
  check_petsc(VecAXPY(difference, -1.0, particular));
  // c with <psi_i / omega, sum_j c_j n_j - difference> = 0.
  SmallSystem system{};
  for (std::size_t i = 0; i < k; ++i) {
    check_petsc(VecPointwiseDivide(weight, null.left[i], map_.omega()));
    for (std::size_t j = 0; j < k; ++j) system[i][j] = product_of(weight, null.right[j]);
    system[i].back() = product_of(weight, difference);
  }
  eliminate(system, k);
  for (std::size_t i = 0; i < k; ++i)
    check_petsc(VecAXPY(z, system[i].back() / system[i][i], null.right[i]));
}

Attractors AttractorSearch::linear(const Tell& tell) {
  Attractors found;
  found.linear = true;
  const VecHandle z0 = map_.create(), start = map_.create(), z = map_.create();
  particular(z0);
  const NullSpace& null = response_.null_space();
  found.neutral = null.everything ? map_.points() : static_cast<std::int64_t>(null.right.size());
  Spectrum spectrum; // the same at every state
  spectrum.neutral = found.neutral;
  const auto modes = static_cast<std::size_t>(std::min(a_.modes, map_.points()));
  if (null.everything) {
    spectrum.eigenvalues.assign(modes, 1.0);
    spectrum.radius = 1.0;
  } else {
    spectrum = spectrum_.solve(null.right);
  }
  const bool attracts = null.everything || spectrum.fate() == StabilityClass::stable;
  for (std::int64_t s = 0; s < observations_.samples; ++s) {
    const std::string name = fill_start(s, start);
    reach(z0, start, z);
    const std::int64_t at = place_of(found, z, map_.residual(z, work_));
    found.points[static_cast<std::size_t>(at)].spectrum = spectrum;
    found.points[static_cast<std::size_t>(at)].starts += attracts ? 1 : 0;
    found.reached.push_back(attracts ? at : -1);
    found.starts += 1;
    tell(name + formatted(": fixed point %lld", static_cast<long long>(at)));
  }
  if (!attracts) found.unsettled = found.starts;
  return found;
}

// ---- Any f --------------------------------------------------------------------------------------

std::int64_t AttractorSearch::number_of_starts() const {
  return observations_.samples + 1 + a_.starts;
}

/// Start k, and its name: the inputs, zero, random fields.
std::string AttractorSearch::fill_start(std::int64_t k, Vec z) const {
  if (k < observations_.samples) {
    std::copy_n(observations_.input_sample(k), observations_.points, VecWrite(z).data());
    return formatted("input %lld", static_cast<long long>(k));
  }
  const std::int64_t number = k - observations_.samples - 1;
  if (number < 0) {
    check_petsc(VecSet(z, 0.0));
    return "zero";
  }
  const auto turn = static_cast<std::size_t>(number / 4) % a_.amplitude.size();
  fill_random_start(map_.grid(), a_.seed, number, a_.amplitude[turn], z);
  return formatted("random field %lld", static_cast<long long>(number));
}

/// The fixed point that z is, one more where it is a new one.
std::int64_t AttractorSearch::place_of(Attractors& found, Vec z, double residual) {
  for (std::size_t k = 0; k < found.points.size(); ++k) {
    const double width = a_.distance * scale_of(z);
    if (distance_between(z, found.points[k].state, work_) <= width)
      return static_cast<std::int64_t>(k);
  }
  found.points.push_back({map_.copy(z), residual, 0, {}});
  return static_cast<std::int64_t>(found.points.size()) - 1;
}

/// From a start down into its basin. Returns the fixed point, or -1.
std::int64_t AttractorSearch::relax(Attractors& found, Vec z, const std::string& name,
                                    const Tell& tell) {
  const FixedPointEnd rest = relax_to_rest(map_, z, a_.tolerance, a_.layers);
  const auto layers = static_cast<long long>(rest.iterations);
  if (!rest.found) {
    ++(rest.diverged ? found.diverged : found.unsettled);
    remember(rest);
    tell(name + (rest.diverged ? formatted(" diverges within %lld layers", layers)
                               : formatted(" is not at rest after %lld layers: residual %.1e",
                                           layers, rest.residual)));
    return -1;
  }
  // Where disturbances die slowly, a small residual is not yet a small distance.
  const VecHandle exact = map_.copy(z);
  const FixedPointEnd end = solver_.solve(exact);
  const bool same = end.found && distance_between(exact, z, work_) <= a_.distance * scale_of(z);
  const std::int64_t at =
      same ? place_of(found, exact, end.residual) : place_of(found, z, rest.residual);
  ++found.points[static_cast<std::size_t>(at)].starts;
  tell(name + formatted(" relaxes to fixed point %lld in %lld layers", static_cast<long long>(at),
                        layers));
  return at;
}

/// The same start to any fixed point, stable or not.
void AttractorSearch::solve(Attractors& found, Vec z, const std::string& name, const Tell& tell) {
  const FixedPointEnd end = solver_.solve(z);
  const auto iterations = static_cast<long long>(end.iterations);
  if (end.found) {
    const std::int64_t at = place_of(found, z, end.residual);
    tell(name + formatted(": solver finds fixed point %lld in %lld iterations",
                          static_cast<long long>(at), iterations));
    return;
  }
  remember(end);
  tell(name + formatted(": solver stops at residual %.1e after %lld iterations", end.residual,
                        iterations));
}

void AttractorSearch::remember(const FixedPointEnd& failure) {
  const bool nearer = nearest_.history.empty() || !std::isfinite(nearest_.residual) ||
                      failure.residual < nearest_.residual;
  if (nearer) nearest_ = failure;
}

Attractors AttractorSearch::nonlinear(const Tell& tell) {
  Attractors found;
  const VecHandle z = map_.create();
  found.starts = number_of_starts();
  for (std::int64_t k = 0; k < found.starts; ++k) {
    const std::string name = fill_start(k, z);
    const std::int64_t at = relax(found, z, name, tell);
    if (k < observations_.samples) found.reached.push_back(at);
    if (a_.solver == FixedPointMethod::relaxation) continue;
    fill_start(k, z);
    solve(found, z, name, tell);
  }
  if (found.points.empty())
    throw NumericsError(formatted(
        "no fixed point was found from %lld starts (%lld diverged). Residuals of the one that came "
        "closest:%s. Try more attractor.starts, other attractor.amplitude, another "
        "attractor.solver, more attractor.iterations or layers, or a smaller network.relaxation",
        static_cast<long long>(found.starts), static_cast<long long>(found.diverged),
        residuals_text(nearest_.history).c_str()));
  judge(found);
  return found;
}

/// Stability, and the order of the list.
void AttractorSearch::judge(Attractors& found) {
  for (FixedPoint& point : found.points) {
    map_.linearise(point.state);
    point.spectrum = spectrum_.solve();
  }
  std::vector<std::size_t> order(found.points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t k) {
    const FixedPoint& p = found.points[k];
    return std::pair(-p.starts, p.spectrum.fate());
  };
  std::ranges::stable_sort(order, {}, key);
  std::vector<FixedPoint> sorted;
  std::vector<std::int64_t> place(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    place[order[k]] = static_cast<std::int64_t>(k);
    sorted.push_back(std::move(found.points[order[k]]));
  }
  found.points = std::move(sorted);
  for (std::int64_t& at : found.reached)
    if (at >= 0) at = place[static_cast<std::size_t>(at)];
}

VecHandle AttractorSearch::green(const FixedPoint& point, const std::vector<std::int64_t>& at) {
  const Grid& grid = map_.grid();
  std::int64_t index = 0;
  const std::vector<std::int64_t>& shape = map_.problem().grid.shape;
  for (std::size_t a = 0; a < shape.size(); ++a) index = index * shape[a] + at[a];
  VecHandle right = map_.create(), result = map_.create();
  {
    VecWrite values(right);
    const Extents& n = grid.owned().count;
    PetscInt packed = 0;
    for (std::int64_t z = 0; z < n[0]; ++z)
      for (std::int64_t y = 0; y < n[1]; ++y)
        for (std::int64_t x = 0; x < n[2]; ++x, ++packed)
          if (grid.global_index(z, y, x) == index) values[packed] = -1.0;
  }
  map_.linearise(point.state);
  check_petsc(VecPointwiseMult(right, map_.slope(), right));
  const LinearEnd end = response_.solve(right, result);
  if (end.solved) return result;
  if (map_.problem().network.activation->linear)
    throw NumericsError(formatted("the Green's function was not found: W - I is singular or nearly "
                                  "so (GMRES stopped at %.1e of the start)",
                                  end.residual));
  check_petsc(VecSet(result, std::numeric_limits<double>::quiet_NaN()));
  return result;
}

} // namespace nadir
