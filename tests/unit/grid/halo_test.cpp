#include "nadir/grid/halo.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

using test::periodic;
using test::reflect;
using test::value_of;

/// The global index a coordinate beyond the grid is a copy of; -1 for a value boundary.
std::int64_t source(std::int64_t i, std::int64_t n, BoundaryKind kind) {
  if (i >= 0 && i < n) return i;
  if (kind == BoundaryKind::periodic) return (i % n + n) % n;
  if (kind == BoundaryKind::value) return -1;
  while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
  return i;
}

/// What a ghost should hold: axes are filled slowest first, so the last value axis on the way
/// decides.
double expected(const Grid& grid, const std::array<std::int64_t, 3>& at) {
  std::int64_t index = 0;
  double value = std::nan("");
  for (int axis = 0; axis < 3; ++axis) {
    const auto a = static_cast<std::size_t>(axis);
    const std::int64_t i = source(at[a], grid.shape()[a], grid.boundary(axis).kind);
    if (i < 0) value = grid.boundary(axis).value;
    index = index * grid.shape()[a] + std::max<std::int64_t>(i, 0);
  }
  return std::isnan(value) ? hashed_number(1, static_cast<std::uint64_t>(index)) : value;
}

struct HaloCase {
  std::vector<std::int64_t> shape;
  std::vector<BoundaryCase> boundary;
  int width;
};

std::vector<HaloCase> halo_cases() {
  std::vector<HaloCase> cases;
  const std::vector<std::vector<std::int64_t>> shapes{{9}, {6, 7}, {5, 4, 6}};
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::boundary_choices(shape.size()))
      cases.push_back({shape, boundary, 1});
  }
  cases.push_back({{8, 9}, {periodic, reflect}, 2});
  cases.push_back({{1, 12}, {reflect, periodic}, 1}); // an axis of one point
  return cases;
}

Field random_field(const Grid& grid, std::uint64_t stream, int width) {
  Field field(Layout(grid, width));
  test::for_points(grid, [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t i) {
    field.at(z, y, x) = hashed_number(stream, static_cast<std::uint64_t>(i));
  });
  return field;
}

TEST(Halo, CopyFillsFacesEdgesAndCorners) {
  for (const HaloCase& h : halo_cases()) {
    const Case c = test::small_case(h.shape, h.boundary);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    Field field = random_field(grid, 1, h.width);
    Halo halo(grid, field.layout());
    halo.copy(field.data());
    const Layout& layout = field.layout();
    const Extents& start = grid.owned().start;
    for (std::int64_t z = -layout.ghost[0]; z < layout.count[0] + layout.ghost[0]; ++z) {
      for (std::int64_t y = -layout.ghost[1]; y < layout.count[1] + layout.ghost[1]; ++y) {
        for (std::int64_t x = -layout.ghost[2]; x < layout.count[2] + layout.ghost[2]; ++x) {
          ASSERT_EQ(field.at(z, y, x), expected(grid, {start[0] + z, start[1] + y, start[2] + x}))
              << h.shape.size() << "-D, ghost (" << z << ", " << y << ", " << x << ")";
        }
      }
    }
  }
}

/// <copy u, v> over the whole padded array = <u, sum v> over owned points.
TEST(Halo, SumIsTheTransposeOfCopy) {
  for (const HaloCase& h : halo_cases()) {
    const Case c = test::small_case(h.shape, h.boundary);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    const Field u = random_field(grid, 1, h.width);
    Field copied = u, v(u.layout());
    for (std::size_t i = 0; i < v.layout().size(); ++i) {
      v.data()[i] = hashed_number(7 + static_cast<std::uint64_t>(grid.rank()), i);
    }
    Halo halo(grid, u.layout());
    halo.copy(copied.data(), GhostValue::zero);
    double left = 0, right = 0;
    for (std::size_t i = 0; i < v.layout().size(); ++i) left += copied.data()[i] * v.data()[i];
    halo.sum(v.data());
    test::for_points(grid,
                     [&](auto z, auto y, auto x, auto) { right += u.at(z, y, x) * v.at(z, y, x); });
    MPI_Allreduce(MPI_IN_PLACE, &left, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
    MPI_Allreduce(MPI_IN_PLACE, &right, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
    EXPECT_NEAR(left, right, 1e-13 * static_cast<double>(grid.points()));
    EXPECT_NE(left, 0.0);
  }
}

TEST(Halo, SendsAtMostTwoMessagesPerAxis) {
  const Case c = test::small_case({12, 12, 12}, {periodic, periodic, periodic});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Field field = random_field(grid, 1, 1);
  Halo halo(grid, field.layout());
  halo.copy(field.data());
  int cut = 0;
  for (int axis = 0; axis < 3; ++axis) cut += halo.remote(axis);
  EXPECT_EQ(halo.messages_sent(), 2 * cut);
  halo.sum(field.data());
  EXPECT_EQ(halo.messages_sent(), 4 * cut);
}

TEST(Halo, MirrorIgnoresBoundaryValues) {
  const Case c = test::small_case({9}, {value_of(5.0)});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Field field = random_field(grid, 1, 1);
  Halo halo(grid, field.layout());
  halo.copy(field.data(), GhostValue::mirror);
  if (grid.owned().start[2] == 0) {
    EXPECT_EQ(field.at(0, 0, -1), field.at(0, 0, 0));
  }
}

} // namespace
} // namespace nadir
