#include "nadir/training/penalty.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

struct ValueAndSlope {
  double value, slope;
};

/// sqrt(x^2 + eps^2) - eps without cancellation at small x.
ValueAndSlope rounded_absolute(double x, double epsilon) {
  const double root = std::sqrt(x * x + epsilon * epsilon);
  return {x * x / (root + epsilon), x / root};
}

/// h1 x^2 + tv (sqrt(x^2 + eps^2) - eps) of a difference x.
ValueAndSlope pair_penalty(const PenaltySpec& p, double x) {
  ValueAndSlope sum{p.h1 * x * x, 2.0 * p.h1 * x};
  if (p.tv != 0) {
    const auto tv = rounded_absolute(x, p.epsilon);
    sum.value += p.tv * tv.value;
    sum.slope += p.tv * tv.slope;
  }
  return sum;
}

} // namespace

Penalty::Penalty(const Grid& grid, const ControlSpace& space, Vec initial)
    : grid_(grid), space_(space), padded_(Layout(grid, 1)), halo_(grid, padded_.layout()) {
  const auto& blocks = space.blocks();
  if (std::ranges::any_of(blocks, [](const auto& b) { return b.parameter.spec.penalty.l2 != 0; })) {
    VecRead local(initial);
    initial_.assign(local.data(), local.data() + space.local_size());
  }
}

void Penalty::add(const double* x, double* gradient, BufferedSum& sum) {
  for (const auto& block : space_.blocks()) add_block(block, x, gradient, sum);
}

void Penalty::add_block(const ControlSpace::Block& block, const double* x, double* gradient,
                        BufferedSum& sum) {
  const PenaltySpec& penalty = block.parameter.spec.penalty;
  if (!penalty.any()) return;
  double cell = 1.0;
  for (int a = grid_.first_axis(); a < max_dimension; ++a) cell *= grid_.spacing(a);
  const double volume = penalty.continuum && block.varies_space ? cell : 1.0;
  add_pointwise(block, volume, x, gradient, sum);
  if (!penalty.pairs()) return;
  if (block.layers > 1) add_layer_pairs(block, volume, x, gradient, sum);
  if (block.varies_space) add_space_pairs(block, volume, x, gradient, sum);
}

void Penalty::add_pointwise(const ControlSpace::Block& block, double volume, const double* x,
                            double* gradient, BufferedSum& sum) {
  const PenaltySpec& p = block.parameter.spec.penalty;
  if (p.l2 == 0 && p.l1 == 0) return;
  for (std::int64_t i = block.offset; i < block.offset + block.size(); ++i) {
    double value = 0, slope = 0;
    if (p.l2 != 0) {
      const double difference = x[i] - initial_[static_cast<std::size_t>(i)];
      value += p.l2 * difference * difference;
      slope += 2.0 * p.l2 * difference;
    }
    if (p.l1 != 0) {
      const auto l1 = rounded_absolute(x[i], p.epsilon);
      value += p.l1 * l1.value;
      slope += p.l1 * l1.slope;
    }
    sum.add(volume * value);
    if (gradient) gradient[i] += volume * slope;
  }
}

void Penalty::add_layer_pairs(const ControlSpace::Block& block, double volume, const double* x,
                              double* gradient, BufferedSum& sum) {
  const std::int64_t per_layer = block.components * block.points;
  for (std::int64_t i = block.offset; i < block.offset + block.size() - per_layer; ++i) {
    const auto pair = pair_penalty(block.parameter.spec.penalty, x[i + per_layer] - x[i]);
    sum.add(volume * pair.value);
    if (!gradient) continue;
    gradient[i + per_layer] += volume * pair.slope;
    gradient[i] -= volume * pair.slope;
  }
}

void Penalty::add_space_pairs(const ControlSpace::Block& block, double volume, const double* x,
                              double* gradient, BufferedSum& sum) {
  for (std::int64_t k = 0; k < block.layers * block.components; ++k) {
    const std::int64_t first = block.offset + k * block.points;
    unpack(padded_.layout(), x + first, padded_.data());
    halo_.copy(padded_.data(), GhostValue::mirror); // a mirrored ghost makes a difference of 0
    for (int axis = grid_.first_axis(); axis < max_dimension; ++axis) {
      add_axis_pairs(block.parameter.spec.penalty, axis, volume,
                     gradient ? gradient + first : nullptr, sum);
    }
  }
}

/// Every point counts the pair with its upper neighbour; its derivative is that of both its pairs.
void Penalty::add_axis_pairs(const PenaltySpec& penalty, int axis, double volume, double* gradient,
                             BufferedSum& sum) {
  const Layout& layout = padded_.layout();
  const std::ptrdiff_t next = axis == 0 ? layout.stride_z : axis == 1 ? layout.stride_y : 1;
  const double scale = penalty.continuum ? 1.0 / grid_.spacing(axis) : 1.0;
  for (std::int64_t z = 0; z < layout.count[0]; ++z) {
    for (std::int64_t y = 0; y < layout.count[1]; ++y) {
      const double* p = padded_.data() + layout.index(z, y, 0);
      for (std::int64_t i = 0; i < layout.count[2]; ++i, ++p) {
        const auto upper = pair_penalty(penalty, scale * (p[next] - p[0]));
        sum.add(volume * upper.value);
        if (!gradient) continue;
        const auto lower = pair_penalty(penalty, scale * (p[0] - p[-next]));
        *gradient++ += volume * scale * (lower.slope - upper.slope);
      }
    }
  }
}

} // namespace nadir
