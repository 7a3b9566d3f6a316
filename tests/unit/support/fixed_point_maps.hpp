#pragma once

#include "nadir/attractor/fixed_point_map.hpp"

#include "support/cases.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

/// Cases of one repeated layer, and its vectors and matrices as plain ones.
namespace nadir::test {

/// z = tanh(2 z) above zero.
inline constexpr double bistable_level = 0.95750402407726869;

/// A ring with f and constant coefficients.
inline Case ring(std::int64_t n, Activation f, double R, double U, double D, double omega) {
  Case c = small_case({n}, {periodic});
  c.network.activation = f;
  c.network.relaxation = fixed({omega});
  c.network.bias = fixed({0.0});
  c.kernel["reaction"] = fixed({R});
  c.kernel["advection"] = fixed({U});
  c.kernel["diffusion"] = fixed({D});
  c.data.targets.clear();
  return c;
}

/// Samples of uniform states.
inline Observations uniform_inputs(const Grid& grid, const std::vector<double>& levels) {
  Observations o;
  o.samples = static_cast<std::int64_t>(levels.size());
  o.points = grid.owned().points();
  for (const double level : levels)
    o.input.insert(o.input.end(), static_cast<std::size_t>(o.points), level);
  return o;
}

/// A case whose coefficients vary in space, but R.
inline Case varying_case(const std::vector<BoundarySpec>& boundary, double R) {
  Case c = small_case({6, 8}, boundary, DiffusionTensor::diagonal);
  c.network.activation = "identity";
  c.kernel["reaction"] = fixed({R});
  c.data.targets.clear();
  for (const NamedParameter& p : named_parameters(c))
    if (p.name != "reaction") p.spec = trained(p.spec.init, true, false);
  return c;
}

/// Its coefficients, with parts at random.
inline Coefficients varying_coefficients(const Grid& grid, const Case& c) {
  Coefficients coefficients = random_coefficients(grid, c, 0.04);
  *coefficients["reaction"].block(0) = c.kernel["reaction"].init[0];
  return coefficients;
}

/// All values of a vector, by global index, on every rank.
inline std::vector<double> whole(const Grid& grid, Vec v) {
  std::vector<double> values(static_cast<std::size_t>(grid.points()));
  const VecRead local(v);
  PetscInt packed = 0;
  for_points(grid, [&](auto, auto, auto, std::int64_t index) {
    values[static_cast<std::size_t>(index)] = local[packed++];
  });
  MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM,
                grid.comm());
  return values;
}

inline VecHandle unit_vector(const FixedPointMap& map, std::int64_t index) {
  VecHandle v = map.create();
  VecWrite values(v);
  PetscInt packed = 0;
  for_points(map.grid(),
             [&](auto, auto, auto, std::int64_t i) { values[packed++] = i == index ? 1.0 : 0.0; });
  return v;
}

using Dense = std::vector<std::vector<double>>;

/// A matrix from its products with unit vectors.
inline Dense dense(FixedPointMap& map, Mat matrix) {
  const auto n = static_cast<std::size_t>(map.points());
  Dense rows(n, std::vector<double>(n));
  const VecHandle column = map.create();
  for (std::size_t j = 0; j < n; ++j) {
    check_petsc(MatMult(matrix, unit_vector(map, static_cast<std::int64_t>(j)), column));
    const auto values = whole(map.grid(), column);
    for (std::size_t i = 0; i < n; ++i) rows[i][j] = values[i];
  }
  return rows;
}

/// Gauss elimination with pivots.
inline std::vector<double> direct_solve(Dense A, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i; r < n; ++r)
      if (std::abs(A[r][i]) > std::abs(A[pivot][i])) pivot = r;
    std::swap(A[i], A[pivot]);
    std::swap(b[i], b[pivot]);
    for (std::size_t r = i + 1; r < n; ++r) {
      const double factor = A[r][i] / A[i][i];
      for (std::size_t j = i; j < n; ++j) A[r][j] -= factor * A[i][j];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = i + 1; j < n; ++j) b[i] -= A[i][j] * b[j];
    b[i] /= A[i][i];
  }
  return b;
}

inline double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

} // namespace nadir::test
