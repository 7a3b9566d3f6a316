#include "nadir/training/penalty_hessian.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace nadir {
namespace {

/// Second derivative of weight (sqrt(x^2 + eps^2) - eps), lagged.
double lagged(double weight, double x, double epsilon) {
  return weight / std::sqrt(x * x + epsilon * epsilon);
}

/// That of a difference x.
double pair_curvature(const PenaltySpec& p, double x) {
  return 2 * p.h1 + (p.tv != 0 ? lagged(p.tv, x, p.epsilon) : 0.0);
}

std::ptrdiff_t stride(const Layout& layout, int axis) {
  return axis == 0 ? layout.stride_z : axis == 1 ? layout.stride_y : 1;
}

} // namespace

PenaltyHessian::PenaltyHessian(const Grid& grid, const ControlSpace& space)
    : grid_(grid), space_(space), padded_(Layout(grid, 1)), halo_(grid, padded_.layout()) {
  couples_ = std::ranges::any_of(space.blocks(), [](const ControlSpace::Block& block) {
    return block.parameter.spec.penalty.pairs() && (block.varies_space || block.layers > 1);
  });
}

void PenaltyHessian::linearise(const double* x) {
  const auto corners = [](const ControlSpace::Block& block) {
    return block.parameter.spec.penalty.corners();
  };
  if (std::ranges::any_of(space_.blocks(), corners)) point_.assign(x, x + space_.local_size());
}

double PenaltyHessian::volume(const ControlSpace::Block& block) const {
  double cell = 1.0;
  for (int a = grid_.first_axis(); a < max_dimension; ++a) cell *= grid_.spacing(a);
  return block.parameter.spec.penalty.continuum && block.varies_space ? cell : 1.0;
}

void PenaltyHessian::add(const double* v, double* out) {
  for (const ControlSpace::Block& block : space_.blocks()) {
    const PenaltySpec& penalty = block.parameter.spec.penalty;
    add_pointwise(block, v, out);
    if (!penalty.pairs()) continue;
    if (block.layers > 1) add_layer_pairs(block, v, out);
    if (block.varies_space) add_space_pairs(block, v, out);
  }
}

/// A null `v` stands for the diagonal, whose entries are those of unit vectors.
void PenaltyHessian::add_diagonal(double* out) { add(nullptr, out); }

void PenaltyHessian::add_pointwise(const ControlSpace::Block& block, const double* v,
                                   double* out) const {
  const PenaltySpec& p = block.parameter.spec.penalty;
  if (p.l2 == 0 && p.l1 == 0) return;
  const double scale = volume(block);
  for (std::int64_t i = block.offset; i < block.offset + block.size(); ++i) {
    double curvature = 2 * p.l2;
    if (p.l1 != 0) curvature += lagged(p.l1, point_[static_cast<std::size_t>(i)], p.epsilon);
    out[i] += scale * curvature * (v ? v[i] : 1.0);
  }
}

void PenaltyHessian::add_layer_pairs(const ControlSpace::Block& block, const double* v,
                                     double* out) const {
  const PenaltySpec& p = block.parameter.spec.penalty;
  const std::int64_t per_layer = block.components * block.points;
  const double scale = volume(block);
  for (std::int64_t i = block.offset; i < block.offset + block.size() - per_layer; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double x = p.tv != 0 ? point_[at + static_cast<std::size_t>(per_layer)] - point_[at] : 0;
    const double curvature = scale * pair_curvature(p, x);
    const double upper = v ? v[i + per_layer] - v[i] : 1.0, lower = v ? -upper : 1.0;
    out[i + per_layer] += curvature * upper;
    out[i] += curvature * lower;
  }
}

void PenaltyHessian::add_space_pairs(const ControlSpace::Block& block, const double* v,
                                     double* out) {
  const PenaltySpec& penalty = block.parameter.spec.penalty;
  const double cells = volume(block);
  for (std::int64_t k = 0; k < block.layers * block.components; ++k) {
    const std::int64_t first = block.offset + k * block.points;
    if (v) {
      unpack(padded_.layout(), v + first, padded_.data());
      halo_.copy(padded_.data(), GhostValue::mirror); // a mirrored ghost makes a difference of 0
    }
    if (penalty.tv != 0) {
      if (!padded_point_) padded_point_.emplace(padded_.layout());
      unpack(padded_.layout(), point_.data() + first, padded_point_->data());
      halo_.copy(padded_point_->data(), GhostValue::mirror);
    }
    for (int axis = grid_.first_axis(); axis < max_dimension; ++axis) {
      const double scale = penalty.continuum ? 1.0 / grid_.spacing(axis) : 1.0;
      if (v)
        add_differences({penalty, axis, cells * scale * scale, scale}, out + first);
      else
        add_axis_diagonal({penalty, axis, cells * scale * scale, scale}, out + first);
    }
  }
}

/// Null without tv.
const double* PenaltyHessian::point_at(std::ptrdiff_t index) const {
  return padded_point_ ? padded_point_->data() + index : nullptr;
}

/// That of the pair of a point and the next one.
double PenaltyHessian::curvature(const AxisPairs& pairs, const double* point,
                                 std::ptrdiff_t next) const {
  if (pairs.penalty.tv == 0) return pairs.factor * 2 * pairs.penalty.h1;
  return pairs.factor * pair_curvature(pairs.penalty, pairs.scale * (point[next] - point[0]));
}

void PenaltyHessian::add_differences(const AxisPairs& pairs, double* out) const {
  const Layout& layout = padded_.layout();
  const std::ptrdiff_t next = stride(layout, pairs.axis);
  for_owned_rows(layout, padded_.data(), [&](const double* v, std::int64_t points) {
    const double* x = point_at(v - padded_.data());
    if (pairs.penalty.tv == 0) {
      const double c = curvature(pairs, nullptr, next);
      for (std::int64_t i = 0; i < points; ++i)
        out[i] += c * ((v[i] - v[i - next]) - (v[i + next] - v[i]));
    } else {
      for (std::int64_t i = 0; i < points; ++i)
        out[i] += curvature(pairs, x + i - next, next) * (v[i] - v[i - next]) -
                  curvature(pairs, x + i, next) * (v[i + next] - v[i]);
    }
    out += points;
  });
}

void PenaltyHessian::add_axis_diagonal(const AxisPairs& pairs, double* out) const {
  if (grid_.shape()[static_cast<std::size_t>(pairs.axis)] == 1) return; // a point and itself
  const Layout& layout = padded_.layout();
  const std::ptrdiff_t next = stride(layout, pairs.axis);
  const std::int64_t last = layout.count[static_cast<std::size_t>(pairs.axis)] - 1;
  const bool before = grid_.neighbour(pairs.axis, 0).has_value();
  const bool beyond = grid_.neighbour(pairs.axis, 1).has_value();
  for (std::int64_t z = 0; z < layout.count[0]; ++z) {
    for (std::int64_t y = 0; y < layout.count[1]; ++y) {
      for (std::int64_t i = 0; i < layout.count[2]; ++i, ++out) {
        const std::int64_t at = std::array{z, y, i}[static_cast<std::size_t>(pairs.axis)];
        const double* x = point_at(layout.index(z, y, i));
        if (at > 0 || before) *out += curvature(pairs, x ? x - next : x, next);
        if (at < last || beyond) *out += curvature(pairs, x, next);
      }
    }
  }
}

} // namespace nadir
