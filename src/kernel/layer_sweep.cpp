#include "nadir/kernel/layer_sweep.hpp"

#include <algorithm>
#include <cstdint>

namespace nadir {
namespace {

constexpr double activation_flops = 20;

template<class T>
T* point(T* origin, Strides stride, std::int64_t z, std::int64_t y, std::int64_t x) {
  return origin + z * stride.z + y * stride.y + x;
}

bool is_number(const CoefficientView& view, double number) {
  return !view.field && view.number == number;
}

} // namespace

LayerSweep::LayerSweep(const Kernel& kernel, Activation activation)
    : kernel_(kernel), activation_(activation_rows(activation)),
      theta_count_(static_cast<std::size_t>(kernel.coefficients())), view_(theta_count_ + 2),
      bar_(theta_count_ + 2), number_rows_(theta_count_ + 2), bar_rows_(theta_count_ + 2),
      theta_(theta_count_), theta_bar_(theta_count_) {}

void LayerSweep::set_coefficients(const LayerCoefficients& coefficients) {
  std::copy_n(coefficients.theta.begin(), theta_count_, view_.begin());
  view_[b_slot()] = coefficients.b;
  view_[omega_slot()] = coefficients.omega;
  for (std::size_t slot = 0; slot < view_.size(); ++slot) {
    // Layers that share a number find it in place.
    if (!view_[slot].field && number_rows_[slot][0] != view_[slot].number)
      number_rows_[slot].fill(view_[slot].number);
  }
}

template<class Use> void LayerSweep::for_segments(const Box& box, Use use) {
  const std::int64_t end = box.start[2] + box.count[2];
  for (std::int64_t z = box.start[0]; z < box.start[0] + box.count[0]; ++z) {
    for (std::int64_t y = box.start[1]; y < box.start[1] + box.count[1]; ++y) {
      for (std::int64_t x = box.start[2]; x < end; x += segment_points) {
        use(Segment{z, y, x, static_cast<int>(std::min<std::int64_t>(segment_points, end - x))});
      }
    }
  }
}

Row LayerSweep::coefficient_row(std::size_t slot, const Segment& at) const {
  const CoefficientView& view = view_[slot];
  if (view.field) return {point(view.field, view.stride, at.z, at.y, at.x), view.stride};
  return {number_rows_[slot].data() + aligned_doubles, {}};
}

MutableRow LayerSweep::bar_row(std::size_t slot, const Segment& at) {
  const CoefficientBar& bar = bar_[slot];
  if (bar.field) return {point(bar.field, bar.stride, at.z, at.y, at.x), bar.stride};
  if (!bar.sum) return {};
  std::fill_n(bar_rows_[slot].data(), at.n, 0.0);
  return {bar_rows_[slot].data(), {}};
}

const Row* LayerSweep::theta_rows(const Segment& at) {
  for (std::size_t c = 0; c < theta_count_; ++c) theta_[c] = coefficient_row(c, at);
  return theta_.data();
}

void LayerSweep::apply(const Box& box, FieldView z, MutableFieldView Z) {
  for_segments(box, [&](const Segment& at) {
    kernel_.apply({point(z.origin, z.stride, at.z, at.y, at.x), z.stride}, theta_rows(at), at.n,
                  point(Z.origin, Z.stride, at.z, at.y, at.x));
  });
}

/// What the next segment of a box reads and writes first.
RowsAhead LayerSweep::rows_after(const Segment& at, const Box& box, FieldView z,
                                 FieldView z_next) const {
  Segment next = at;
  next.x += segment_points;
  if (next.x >= box.start[2] + box.count[2]) {
    next.x = box.start[2];
    if (++next.y == box.start[1] + box.count[1]) {
      next.y = box.start[1];
      ++next.z;
    }
  }
  RowsAhead ahead;
  const std::ptrdiff_t below = box.count[0] > 1 ? z.stride.z : z.stride.y;
  ahead.add(point(z.origin, z.stride, next.z, next.y, next.x) + below);
  ahead.add(point(z_next.origin, z_next.stride, next.z, next.y, next.x));
  for (std::size_t slot = 0; slot < view_.size(); ++slot)
    if (view_[slot].field) ahead.add(coefficient_row(slot, next).data);
  return ahead;
}

bool LayerSweep::forward(const Box& box, FieldView z, MutableFieldView z_next) {
  alignas(alignment) std::array<double, segment_points> Z;
  bool finite = true;
  const bool replaces = is_number(view_[omega_slot()], 1.0) && is_number(view_[b_slot()], 0.0);
  for_segments(box, [&](const Segment& at) {
    const double* here = point(z.origin, z.stride, at.z, at.y, at.x);
    double* const to = point(z_next.origin, z_next.stride, at.z, at.y, at.x);
    const RowsAhead ahead = rows_after(at, box, z, z_next);
    kernel_.apply({here, z.stride}, theta_rows(at), at.n, Z.data());
    finite &= replaces ? activation_.replace(at.n, Z.data(), to, ahead)
                       : activation_.relax(at.n, Z.data(), coefficient_row(b_slot(), at).data,
                                           coefficient_row(omega_slot(), at).data, here, to, ahead);
  });
  return finite;
}

void LayerSweep::set_gradient(const LayerGradient& bar) {
  std::copy_n(bar.theta.begin(), theta_count_, bar_.begin());
  bar_[b_slot()] = bar.b;
  bar_[omega_slot()] = bar.omega;
}

bool LayerSweep::value_is_next() const {
  return !rounded_ && is_number(view_[omega_slot()], 1.0) && activation_.adjoint_of_value;
}

void LayerSweep::adjoint(const Box& box, FieldView z, FieldView z_next, FieldView lambda_next,
                         MutableFieldView g, MutableFieldView lambda) {
  alignas(alignment) std::array<double, segment_points> Z;
  const bool of_value = value_is_next();
  for_segments(box, [&](const Segment& at) {
    const auto here = [&](const auto& field) {
      return point(field.origin, field.stride, at.z, at.y, at.x);
    };
    const Row z_row{here(z), z.stride};
    double* const b_bar = bar_row(b_slot(), at).data;
    double* const omega_bar = bar_row(omega_slot(), at).data;
    if (of_value) {
      activation_.adjoint_of_value(at.n, here(z_next), z_row.data, here(lambda_next), here(g),
                                   b_bar, omega_bar);
    } else {
      kernel_.apply(z_row, theta_rows(at), at.n, Z.data());
      activation_.adjoint(at.n, Z.data(), coefficient_row(b_slot(), at).data,
                          coefficient_row(omega_slot(), at).data, z_row.data, here(lambda_next),
                          here(g), here(lambda), b_bar, omega_bar);
    }
    add_gradient(at, z_row, here(g));
    add_sums(at.n, bar_.size());
  });
}

void LayerSweep::add_gradient(const Segment& at, Row z, const double* Z_bar) {
  for (std::size_t c = 0; c < theta_count_; ++c) theta_bar_[c] = bar_row(c, at);
  kernel_.add_gradient(z, theta_rows(at), Z_bar, at.n, theta_bar_.data());
}

void LayerSweep::add_gradient(const Box& box, FieldView z, FieldView Z_bar) {
  for_segments(box, [&](const Segment& at) {
    add_gradient(at, {point(z.origin, z.stride, at.z, at.y, at.x), z.stride},
                 point(Z_bar.origin, Z_bar.stride, at.z, at.y, at.x));
    add_sums(at.n, theta_count_);
  });
}

double LayerSweep::forward_flops() const {
  constexpr double relaxation = 5;
  return kernel_.flops() + activation_flops + relaxation;
}

double LayerSweep::adjoint_flops() const {
  constexpr double products = 5; // g, lambda, b_bar
  const double again = value_is_next() ? 0 : kernel_.flops() + activation_flops;
  return 2 * kernel_.flops() + products + again;
}

/// Of the first `slots`.
void LayerSweep::add_sums(int n, std::size_t slots) {
  for (std::size_t slot = 0; slot < slots; ++slot) {
    if (bar_[slot].sum) bar_[slot].sum->add(bar_rows_[slot].data(), n);
  }
}

void LayerSweep::add_transpose(const Box& box, FieldView g, MutableFieldView lambda) {
  if (value_is_next()) return apply_transpose(box, g, lambda); // lambda has no direct part
  for_segments(box, [&](const Segment& at) {
    kernel_.add_transpose({point(g.origin, g.stride, at.z, at.y, at.x), g.stride}, theta_rows(at),
                          at.n, point(lambda.origin, lambda.stride, at.z, at.y, at.x));
  });
}

void LayerSweep::apply_transpose(const Box& box, FieldView g, MutableFieldView lambda) {
  for_segments(box, [&](const Segment& at) {
    kernel_.apply_transpose({point(g.origin, g.stride, at.z, at.y, at.x), g.stride}, theta_rows(at),
                            at.n, point(lambda.origin, lambda.stride, at.z, at.y, at.x));
  });
}

} // namespace nadir
