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

} // namespace

LayerSweep::LayerSweep(const Kernel& kernel, Activation activation)
    : kernel_(kernel), activation_(activation_rows(activation)),
      rows_(static_cast<std::size_t>(kernel.coefficients())) {}

template<class Use> void LayerSweep::for_segments(const Box& box, Use use) {
  const std::int64_t end = box.start[2] + box.count[2];
  for (std::int64_t z = box.start[0]; z < box.start[0] + box.count[0]; ++z) {
    for (std::int64_t y = box.start[1]; y < box.start[1] + box.count[1]; ++y) {
      for (std::int64_t x = box.start[2]; x < end; x += segment_points) {
        use(Segment{{z, y, x}, static_cast<int>(std::min<std::int64_t>(segment_points, end - x))});
      }
    }
  }
}

void LayerSweep::apply(const Box& box, FieldView z, MutableFieldView Z) {
  for_segments(box, [&](const Segment& at) {
    kernel_.apply({point(z.origin, z.stride, at.z, at.y, at.x), z.stride}, rows_.theta(at), at.n,
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
  for (std::size_t slot = 0; slot < rows_.slots(); ++slot)
    if (rows_.is_field(slot)) ahead.add(rows_.row(slot, next).data);
  return ahead;
}

bool LayerSweep::forward(const Box& box, FieldView z, MutableFieldView z_next) {
  alignas(alignment) std::array<double, segment_points> Z;
  bool finite = true;
  const bool replaces = rows_.is_number(rows_.omega(), 1.0) && rows_.is_number(rows_.b(), 0.0);
  for_segments(box, [&](const Segment& at) {
    const double* here = point(z.origin, z.stride, at.z, at.y, at.x);
    double* const to = point(z_next.origin, z_next.stride, at.z, at.y, at.x);
    const RowsAhead ahead = rows_after(at, box, z, z_next);
    kernel_.apply({here, z.stride}, rows_.theta(at), at.n, Z.data());
    finite &= replaces ? activation_.replace(at.n, Z.data(), to, ahead)
                       : activation_.relax(at.n, Z.data(), rows_.row(rows_.b(), at).data,
                                           rows_.row(rows_.omega(), at).data, here, to, ahead);
  });
  return finite;
}

bool LayerSweep::value_is_next() const {
  return !rounded_ && rows_.is_number(rows_.omega(), 1.0) && activation_.adjoint_of_value;
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
    double* const b_bar = rows_.bar(rows_.b(), at, at.n).data;
    double* const omega_bar = rows_.bar(rows_.omega(), at, at.n).data;
    if (of_value) {
      activation_.adjoint_of_value(at.n, here(z_next), z_row.data, here(lambda_next), here(g),
                                   b_bar, omega_bar);
    } else {
      kernel_.apply(z_row, rows_.theta(at), at.n, Z.data());
      activation_.adjoint(at.n, Z.data(), rows_.row(rows_.b(), at).data,
                          rows_.row(rows_.omega(), at).data, z_row.data, here(lambda_next), here(g),
                          here(lambda), b_bar, omega_bar);
    }
    add_gradient(at, z_row, here(g));
    rows_.add_sums(at.n, rows_.slots());
  });
}

void LayerSweep::add_gradient(const Segment& at, Row z, const double* Z_bar) {
  kernel_.add_gradient(z, rows_.theta(at), Z_bar, at.n, rows_.theta_bar(at, at.n));
}

void LayerSweep::add_gradient(const Box& box, FieldView z, FieldView Z_bar) {
  for_segments(box, [&](const Segment& at) {
    add_gradient(at, {point(z.origin, z.stride, at.z, at.y, at.x), z.stride},
                 point(Z_bar.origin, Z_bar.stride, at.z, at.y, at.x));
    rows_.add_sums(at.n, rows_.theta_count());
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

void LayerSweep::add_transpose(const Box& box, FieldView g, MutableFieldView lambda) {
  if (value_is_next()) return apply_transpose(box, g, lambda); // lambda has no direct part
  for_segments(box, [&](const Segment& at) {
    kernel_.add_transpose({point(g.origin, g.stride, at.z, at.y, at.x), g.stride}, rows_.theta(at),
                          at.n, point(lambda.origin, lambda.stride, at.z, at.y, at.x));
  });
}

void LayerSweep::apply_transpose(const Box& box, FieldView g, MutableFieldView lambda) {
  for_segments(box, [&](const Segment& at) {
    kernel_.apply_transpose({point(g.origin, g.stride, at.z, at.y, at.x), g.stride},
                            rows_.theta(at), at.n,
                            point(lambda.origin, lambda.stride, at.z, at.y, at.x));
  });
}

} // namespace nadir
