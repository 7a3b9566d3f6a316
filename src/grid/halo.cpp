#include "nadir/grid/halo.hpp"

#include "box_rows.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/profile.hpp"
#include "nadir/base/traffic.hpp"

#include <climits>

namespace nadir {
namespace {

std::size_t at(int axis) { return static_cast<std::size_t>(axis); }

/// Ghost layers that are exchanged: `width` of them, or all.
Extents layers_exchanged(const Layout& layout, int width) {
  Extents layers = layout.ghost;
  for (auto& count : layers)
    if (count > 0 && width > 0) count = width;
  return layers;
}

/// Layers [from, from + count) along `axis`; slower axes with their `ghosts`, faster ones without.
Box slab_of(const Layout& layout, const Extents& ghosts, int axis, std::int64_t from,
            std::int64_t count) {
  Box box;
  for (int a = 0; a < max_dimension; ++a) {
    const std::int64_t extended = a < axis ? ghosts[at(a)] : 0;
    box.start[at(a)] = -extended;
    box.count[at(a)] = layout.count[at(a)] + 2 * extended;
  }
  box.start[at(axis)] = from;
  box.count[at(axis)] = count;
  return box;
}

/// Points of one field in the largest message.
std::int64_t largest_message(const Layout& layout, const Axes& remote, const Extents& ghosts) {
  std::int64_t largest = 0;
  for (int axis = 0; axis < max_dimension; ++axis) {
    if (!remote[at(axis)]) continue;
    largest = std::max(largest, slab_of(layout, ghosts, axis, 0, ghosts[at(axis)]).points());
  }
  return largest;
}

const double* add_box(const Layout& layout, const Box& box, double* field, const double* buffer) {
  for_box_rows(layout, box, field, [&](double* row, std::int64_t n) {
    for (std::int64_t x = 0; x < n; ++x) row[x] += buffer[x];
    buffer += n;
  });
  return buffer;
}

} // namespace

Halo::Halo(const Grid& grid, const Layout& layout, int width, std::size_t fields)
    : grid_(grid), layout_(layout), width_(layers_exchanged(layout, width)) {
  for (int a = 0; a < max_dimension; ++a) remote_[at(a)] = grid_.process_grid()[at(a)] > 1;
  const std::int64_t largest =
      largest_message(layout_, remote_, width_) * static_cast<std::int64_t>(fields);
  fields_.reserve(fields);
  if (largest > INT_MAX)
    throw InputError("grid.shape: a halo message of this box is too large; use more ranks");
  for (auto* buffers : {send_, receive_}) {
    for (int side = 0; side < 2; ++side) buffers[side].resize(static_cast<std::size_t>(largest));
  }
}

double Halo::buffer_bytes(const Layout& layout, const Axes& remote, int width, std::size_t fields) {
  constexpr double buffers = 4; // to send and to receive, on two sides
  return buffers * sizeof(double) * static_cast<double>(fields) *
         static_cast<double>(largest_message(layout, remote, layers_exchanged(layout, width)));
}

Box Halo::slab(int axis, std::int64_t from, std::int64_t count) const {
  return slab_of(layout_, width_, axis, from, count);
}

void Halo::begin(std::span<double* const> fields, Direction direction, const Axes& axes) {
  fields_.assign(fields.begin(), fields.end());
  direction_ = direction;
  axes_ = axes;
  axis_ = direction == Direction::copy ? grid_.first_axis() : max_dimension - 1;
  step_ = direction == Direction::copy ? 1 : -1;
  start_axis();
}

void Halo::copy_begin(std::span<double* const> fields, GhostValue beyond, const Axes& axes) {
  beyond_ = beyond;
  begin(fields, Direction::copy, axes);
}

void Halo::sum_begin(double* field) { begin(std::array{field}, Direction::sum, all_axes); }

void Halo::advance() {
  if (step_ == 0) return;
  finish_axis();
  axis_ += step_;
  start_axis();
}

void Halo::end() {
  while (step_ != 0) advance();
}

/// Starts the next axis that is to be exchanged, if there is one.
void Halo::start_axis() {
  pending_ = 0;
  while (in_range() && !axes_[at(axis_)]) axis_ += step_;
  if (!in_range())
    step_ = 0;
  else if (remote_[at(axis_)])
    exchange_start(axis_);
}

/// Posts the receives and sends of both sides. copy sends owned layers and receives ghosts, sum the
/// other way round. A message's tag is the side it leaves through, so that two ranks that are each
/// other's neighbour on both sides keep them apart.
void Halo::exchange_start(int axis) {
  const ProfileEvent event(Event::halo);
  const std::int64_t n = layout_.count[at(axis)], w = width_[at(axis)];
  for (int side = 0; side < 2; ++side) {
    const auto neighbour = grid_.neighbour(axis, side);
    if (!neighbour) continue;
    const Box owned = slab(axis, side == 0 ? 0 : n - w, w);
    const Box ghost = slab(axis, side == 0 ? -w : n, w);
    const Box& leaving = direction_ == Direction::copy ? owned : ghost;
    const int count = static_cast<int>(leaving.points()) * static_cast<int>(fields_.size());
    double* buffer = send_[side].data();
    for (double* field : fields_) buffer = pack_box(layout_, leaving, field, buffer);
    check_mpi(MPI_Irecv(receive_[side].data(), count, MPI_DOUBLE, *neighbour, 1 - side,
                        grid_.comm(), &requests_[pending_++]));
    check_mpi(MPI_Isend(send_[side].data(), count, MPI_DOUBLE, *neighbour, side, grid_.comm(),
                        &requests_[pending_++]));
    count_sent(1, count);
  }
}

void Halo::finish_axis() {
  if (pending_ > 0) {
    const ProfileEvent event(Event::halo);
    check_mpi(MPI_Waitall(pending_, requests_, MPI_STATUSES_IGNORE));
    pending_ = 0;
  }
  const std::int64_t n = layout_.count[at(axis_)], w = width_[at(axis_)];
  for (int side = 0; side < 2; ++side) {
    const bool received = remote_[at(axis_)] && grid_.neighbour(axis_, side).has_value();
    const double* buffer = receive_[side].data();
    for (double* field : fields_) {
      if (direction_ == Direction::copy) {
        if (received)
          buffer = unpack_box(layout_, slab(axis_, side == 0 ? -w : n, w), field, buffer);
        else
          copy_local(axis_, side, field);
      } else {
        if (received)
          buffer = add_box(layout_, slab(axis_, side == 0 ? 0 : n - w, w), field, buffer);
        else
          sum_local(axis_, side, field);
      }
      if (axes_ != all_axes) fill_beside(field, slab(axis_, side == 0 ? -w : n, w), beyond_);
    }
  }
}

/// The owned layer a ghost layer of this rank's own box is a copy of (periodic or reflect).
std::int64_t Halo::source_layer(int axis, std::int64_t ghost_layer) const {
  const std::int64_t n = layout_.count[at(axis)];
  const auto wrapped = [](std::int64_t i, std::int64_t period) {
    return (i % period + period) % period;
  };
  if (grid_.boundary(axis).kind == BoundaryKind::periodic) return wrapped(ghost_layer, n);
  const std::int64_t i = wrapped(ghost_layer, 2 * n); // mirrored at both ends: period 2n
  return i < n ? i : 2 * n - 1 - i;
}

/// From a ghost layer to the owned layer behind it, as a distance in memory.
std::ptrdiff_t Halo::source_offset(int axis, std::int64_t ghost_layer) const {
  const std::int64_t distance = source_layer(axis, ghost_layer) - ghost_layer;
  const std::ptrdiff_t stride = axis == 0 ? layout_.stride_z : axis == 1 ? layout_.stride_y : 1;
  return static_cast<std::ptrdiff_t>(distance) * stride;
}

void Halo::copy_local(int axis, int side, double* field) {
  const std::int64_t n = layout_.count[at(axis)], w = width_[at(axis)];
  for (std::int64_t k = 0; k < w; ++k)
    fill_layer(axis, slab(axis, side == 0 ? -1 - k : n + k, 1), field, beyond_);
}

void Halo::sum_local(int axis, int side, double* field) {
  const std::int64_t n = layout_.count[at(axis)], w = width_[at(axis)];
  for (std::int64_t k = 0; k < w; ++k)
    add_layer(axis, slab(axis, side == 0 ? -1 - k : n + k, 1), field);
}

/// One layer of ghosts from this rank's own points, or a boundary's value.
void Halo::fill_layer(int axis, const Box& layer, double* field, GhostValue beyond) const {
  const BoundarySpec& boundary = grid_.boundary(axis);
  if (beyond == GhostValue::untouched && boundary.kind != BoundaryKind::periodic) return;
  const bool number = boundary.kind == BoundaryKind::value && beyond != GhostValue::mirror;
  const double value = beyond == GhostValue::given ? boundary.value : 0.0;
  const std::ptrdiff_t offset = source_offset(axis, layer.start[at(axis)]);
  for_box_rows(layout_, layer, field, [&](double* row, std::int64_t m) {
    if (number)
      std::fill_n(row, m, value);
    else
      std::copy_n(row + offset, m, row);
  });
}

/// Its transpose.
void Halo::add_layer(int axis, const Box& layer, double* field) const {
  if (grid_.boundary(axis).kind == BoundaryKind::value) return;
  const std::ptrdiff_t offset = source_offset(axis, layer.start[at(axis)]);
  for_box_rows(layout_, layer, field, [&](double* row, std::int64_t m) {
    for (std::int64_t x = 0; x < m; ++x) row[x + offset] += row[x];
  });
}

/// Whether the ghosts beyond this face are copies of points of `box`, or of a boundary's value next
/// to them.
bool Halo::beside(int axis, int side, const Box& box) const {
  const bool low = box.start[at(axis)] == 0;
  const bool high = box.start[at(axis)] + box.count[at(axis)] == layout_.count[at(axis)];
  if (grid_.boundary(axis).kind == BoundaryKind::periodic) return low && high && !remote_[at(axis)];
  return (side == 0 ? low : high) && !grid_.neighbour(axis, side);
}

void Halo::fill_beside(double* field, const Box& box, GhostValue beyond) const {
  Box rows = box; // with the ghosts of the axes that are done
  for (int axis = grid_.first_axis(); axis < max_dimension; ++axis) {
    const auto a = at(axis);
    const std::int64_t start = rows.start[a], count = rows.count[a];
    for (int side = 0; side < 2; ++side) {
      if (!beside(axis, side, box)) continue;
      Box layer = rows;
      layer.start[a] = side == 0 ? -1 : start + count;
      layer.count[a] = 1;
      fill_layer(axis, layer, field, beyond);
    }
    rows.start[a] -= beside(axis, 0, box);
    rows.count[a] += beside(axis, 0, box) + beside(axis, 1, box);
  }
}

void Halo::fold(double* field, const Box& box) const {
  const auto mirrored = [&](int axis, int side) {
    return grid_.boundary(axis).kind == BoundaryKind::reflect && beside(axis, side, box);
  };
  Box rows = box; // with the ghosts of the axes that are still to come
  for (int axis = grid_.first_axis(); axis < max_dimension; ++axis) {
    const std::int64_t w = width_[at(axis)];
    rows.start[at(axis)] -= w * mirrored(axis, 0);
    rows.count[at(axis)] += w * (mirrored(axis, 0) + mirrored(axis, 1));
  }
  for (int axis = max_dimension - 1; axis >= grid_.first_axis(); --axis) {
    rows.start[at(axis)] = box.start[at(axis)];
    rows.count[at(axis)] = box.count[at(axis)];
    for (int side = 0; side < 2; ++side) {
      if (!mirrored(axis, side)) continue;
      Box layer = rows;
      layer.count[at(axis)] = 1;
      for (std::int64_t k = 0; k < width_[at(axis)]; ++k) {
        layer.start[at(axis)] = side == 0 ? -1 - k : layout_.count[at(axis)] + k;
        add_layer(axis, layer, field);
      }
    }
  }
}

} // namespace nadir
