#include "nadir/training/model_hessian.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace nadir {
namespace {

constexpr double caution = 200; ///< a residual moves an unknown by 1 / (2 sqrt(caution)) at most
constexpr double highest = 2;   ///< eigenvalue of M^-1 A: neighbours are at most as heavy as points
constexpr double lowest = 2. / 30; ///< from where on the polynomial is close to the inverse
constexpr int degree = 12;

constexpr std::size_t chunk = 64; ///< points whose blocks are worked on together
using Line = std::array<double, chunk>;
constexpr std::size_t most_lines = block_entries(most_in_block);

/// Blocks of some points, one line for every entry.
struct Blocks {
  std::size_t points = 0, members = 0;
  std::array<Line, most_lines> A;

  Line& at(std::size_t i, std::size_t j) { return A[PointCurvature::entry(i, j)]; }
};

/// Takes unknowns that are not free out of the blocks: their solution is 0.
void leave_out(Blocks& c, std::size_t i, const double* free) {
  for (std::size_t j = 0; j < c.members; ++j) {
    Line& a = c.at(std::max(i, j), std::min(i, j));
    for (std::size_t p = 0; p < c.points; ++p)
      a[p] = i == j ? a[p] * free[p] + (1 - free[p]) : a[p] * free[p];
  }
}

/// A = L D L^T in place, with 1/D in D's place. What rounding makes of a pivot that should be 0 is
/// kept above it.
void factor(Blocks& c) {
  const std::size_t n = c.members;
  Line floor, pivot;
  constexpr double rounding = 1e-14;
  for (std::size_t j = 0; j < n; ++j) {
    Line& d = c.at(j, j);
    for (std::size_t p = 0; p < c.points; ++p)
      floor[p] = rounding * d[p] + std::numeric_limits<double>::min();
    for (std::size_t k = 0; k < j; ++k) { // what was L D of row j becomes L
      Line& l = c.at(j, k);
      const Line& inverse = c.at(k, k);
      for (std::size_t p = 0; p < c.points; ++p) {
        const double ld = l[p];
        l[p] = ld * inverse[p];
        d[p] -= ld * l[p];
      }
    }
    for (std::size_t p = 0; p < c.points; ++p) pivot[p] = 1 / std::max(d[p], floor[p]);
    d = pivot;
    for (std::size_t i = j + 1; i < n; ++i) {
      Line& a = c.at(i, j); // L D of row i, as long as that row is not reached
      for (std::size_t k = 0; k < j; ++k) {
        const Line &ld = c.at(i, k), &l = c.at(j, k);
        for (std::size_t p = 0; p < c.points; ++p) a[p] -= ld[p] * l[p];
      }
    }
  }
}

/// Where member m of a layer lies in a control vector.
std::size_t place(const PointCurvature::Member& m, std::int64_t layer) {
  return static_cast<std::size_t>(m.offset + layer * m.stride);
}

} // namespace

ModelHessian::ModelHessian(const Grid& grid, const ProblemSpec& c, Objective& objective)
    : grid_(grid), space_(objective.space()), curvature_(grid, c, objective),
      penalty_(grid, objective.space()) {
  const auto n = static_cast<std::size_t>(space_.local_size());
  sum_.resize(n);
  if (!penalty_.couples()) return;
  for (Values* v : {&right_, &rest_, &step_, &product_}) v->resize(n);
}

void ModelHessian::renew(Vec x) {
  curvature_.renew(x);
  penalty_.linearise(VecRead(x).data());
  diagonal_.assign(static_cast<std::size_t>(space_.local_size()), 0.0);
  penalty_.add_diagonal(diagonal_.data());
  scale(diagonal_, 2);
}

/// Times a power of the unknowns' scales: derivatives by unknowns of order one, or back.
void ModelHessian::scale(Values& v, int times) const {
  for (const PointCurvature::Group& group : curvature_.groups()) {
    for (const PointCurvature::Member& m : group.members) {
      const double factor = times == 1 ? m.scale : m.scale * m.scale;
      if (factor == 1) continue;
      for (std::int64_t l = 0; l < group.layers; ++l)
        for (std::int64_t p = 0; p < group.points; ++p)
          v[place(m, l) + static_cast<std::size_t>(p)] *= factor;
    }
  }
}

double ModelHessian::mu(const PointCurvature::Group& group) const {
  const double residual = group.in_space ? loss_ / static_cast<double>(grid_.points()) : loss_;
  return 2 * caution * residual;
}

/// Blocks of a group: of all layers, of points beside each other.
template<class Use>
void ModelHessian::for_blocks(const PointCurvature::Group& group, Use use) const {
  const auto points = static_cast<std::size_t>(group.points);
  for (std::int64_t layer = 0; layer < group.layers; ++layer)
    for (std::size_t first = 0; first < points; first += chunk)
      use(layer, first, std::min(chunk, points - first));
}

/// L D L^T = M of the unknowns that are free.
void ModelHessian::factor_blocks(std::span<const double> free) {
  factors_.resize(curvature_.groups().size());
  Blocks c;
  for (std::size_t g = 0; g < factors_.size(); ++g) {
    const PointCurvature::Group& group = curvature_.groups()[g];
    const auto points = static_cast<std::size_t>(group.points);
    const double more = mu(group);
    factors_[g].resize(group.blocks.size());
    c.members = group.members.size();
    for_blocks(group, [&](std::int64_t layer, std::size_t first, std::size_t n) {
      c.points = n;
      for (std::size_t e = 0; e < group.entries(); ++e)
        std::copy_n(group.block(layer) + e * points + first, n, c.A[e].begin());
      for (std::size_t i = 0; i < c.members; ++i) {
        const double* diagonal = diagonal_.data() + place(group.members[i], layer) + first;
        for (std::size_t p = 0; p < n; ++p) c.at(i, i)[p] += diagonal[p] + more;
      }
      for (std::size_t i = 0; !free.empty() && i < c.members; ++i)
        leave_out(c, i, free.data() + place(group.members[i], layer) + first);
      factor(c);
      double* out = factors_[g].data() + static_cast<std::size_t>(layer) * group.entries() * points;
      for (std::size_t e = 0; e < group.entries(); ++e)
        std::copy_n(c.A[e].begin(), n, out + e * points + first);
    });
  }
}

/// v <- M^-1 v, for v that is 0 where unknowns are not free.
void ModelHessian::solve_blocks(Values& v) const {
  for (std::size_t g = 0; g < factors_.size(); ++g) {
    const PointCurvature::Group& group = curvature_.groups()[g];
    const auto points = static_cast<std::size_t>(group.points);
    const std::size_t members = group.members.size();
    for_blocks(group, [&](std::int64_t layer, std::size_t first, std::size_t n) {
      const double* factors =
          factors_[g].data() + static_cast<std::size_t>(layer) * group.entries() * points + first;
      const auto factor = [&](std::size_t i, std::size_t j) {
        return factors + PointCurvature::entry(i, j) * points;
      };
      const auto r = [&](std::size_t i) {
        return v.data() + place(group.members[i], layer) + first;
      };
      const auto subtract = [n](double* to, const double* l, const double* from) {
        for (std::size_t p = 0; p < n; ++p) to[p] -= l[p] * from[p];
      };
      for (std::size_t i = 1; i < members; ++i)
        for (std::size_t k = 0; k < i; ++k) subtract(r(i), factor(i, k), r(k));
      for (std::size_t i = members; i-- > 0;) {
        for (std::size_t p = 0; p < n; ++p) r(i)[p] *= factor(i, i)[p];
        for (std::size_t k = i + 1; k < members; ++k) subtract(r(i), factor(k, i), r(k));
      }
    });
  }
}

/// out = A v. A penalty knows its own parameter alone, whose unknowns have one scale.
void ModelHessian::multiply(const Values& v, Values& out) {
  std::ranges::fill(out, 0.0);
  penalty_.add(v.data(), out.data());
  scale(out, 2);
  for (const PointCurvature::Group& group : curvature_.groups()) add_blocks(group, v, out);
}

/// out += (B + mu) v
void ModelHessian::add_blocks(const PointCurvature::Group& group, const Values& v,
                              Values& out) const {
  const auto points = static_cast<std::size_t>(group.points);
  const double more = mu(group);
  const std::size_t members = group.members.size();
  for_blocks(group, [&](std::int64_t layer, std::size_t first, std::size_t n) {
    const double* block = group.block(layer) + first;
    for (std::size_t i = 0; i < members; ++i) {
      const std::size_t row = place(group.members[i], layer) + first;
      for (std::size_t p = 0; p < n; ++p) out[row + p] += more * v[row + p];
      for (std::size_t j = 0; j < members; ++j) {
        const double* from = v.data() + place(group.members[j], layer) + first;
        const double* a = block + PointCurvature::entry(std::max(i, j), std::min(i, j)) * points;
        for (std::size_t p = 0; p < n; ++p) out[row + p] += a[p] * from[p];
      }
    }
  });
}

void ModelHessian::solve(Vec g, double f, std::span<const double> free, Vec d) {
  loss_ = f;
  std::copy_n(VecRead(g).data(), sum_.size(), sum_.begin());
  scale(sum_, 1);
  for (std::size_t i = 0; i < free.size(); ++i) sum_[i] *= free[i];
  if (penalty_.couples()) right_ = sum_;
  factor_blocks(free);
  solve_blocks(sum_);
  if (penalty_.couples()) iterate(free);
  scale(sum_, 1);
  std::ranges::copy(sum_, VecWrite(d).data());
}

/// From sum_ = M^-1 right_ to the polynomial's.
void ModelHessian::iterate(std::span<const double> free) {
  constexpr double middle = (highest + lowest) / 2, half = (highest - lowest) / 2;
  const std::size_t n = sum_.size();
  double rho = half / middle;
  for (std::size_t i = 0; i < n; ++i) step_[i] = sum_[i] /= middle;
  for (int k = 1; k < degree; ++k) {
    multiply(sum_, product_);
    for (std::size_t i = 0; i < n; ++i) rest_[i] = right_[i] - product_[i];
    for (std::size_t i = 0; i < free.size(); ++i) rest_[i] *= free[i];
    solve_blocks(rest_);
    const double next = 1 / (2 * middle / half - rho);
    for (std::size_t i = 0; i < n; ++i) {
      step_[i] = next * rho * step_[i] + 2 * next / half * rest_[i];
      sum_[i] += step_[i];
    }
    rho = next;
  }
}

} // namespace nadir
