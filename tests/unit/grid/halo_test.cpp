#include "nadir/grid/halo.hpp"

#include "nadir/base/traffic.hpp"

#include "support/cases.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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
  std::vector<BoundarySpec> boundary;
  int width;
};

std::vector<HaloCase> halo_cases() {
  std::vector<HaloCase> cases;
  const std::vector<std::vector<std::int64_t>> shapes{{9}, {6, 7}, {5, 4, 6}};
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::boundary_choices(shape.size()))
      cases.push_back({shape, boundary, 1});
  }
  cases.push_back({{20, 21}, {periodic, reflect}, 2});
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
          EXPECT_EQ(field.at(z, y, x), expected(grid, {start[0] + z, start[1] + y, start[2] + x}))
              << h.shape.size() << "-D, ghost (" << z << ", " << y << ", " << x << ")";
        }
      }
    }
    if (test::failed_somewhere()) return;
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
  const std::int64_t before = traffic_sent().messages;
  halo.copy(field.data());
  int cut = 0;
  for (int axis = 0; axis < 3; ++axis) cut += halo.remote(axis);
  EXPECT_EQ(traffic_sent().messages - before, 2 * cut);
  halo.sum(field.data());
  EXPECT_EQ(traffic_sent().messages - before, 4 * cut);
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

/// Boxes that touch each face, both or none, along every axis, of a rank's `count` points.
std::vector<Box> boxes_in(const Extents& count) {
  std::vector<Box> boxes{{3, {0, 0, 0}, {1, 1, 1}}};
  for (std::size_t a = 0; a < 3; ++a) {
    std::vector<Box> wider;
    const std::int64_t n = count[a];
    for (const auto& [from, to] :
         {std::pair<std::int64_t, std::int64_t>(0, n), {0, 1}, {n - 1, n}, {1, n - 1}}) {
      for (Box box : boxes) {
        box.start[a] = from;
        box.count[a] = to - from;
        if (from < to) wider.push_back(box);
      }
    }
    boxes = wider;
  }
  return boxes;
}

/// The same cut into parts without overlap.
std::vector<Box> parts_of(const Extents& count) {
  std::vector<Box> parts{{3, {0, 0, 0}, count}};
  for (std::size_t a = 0; a < 3; ++a) {
    std::vector<Box> smaller;
    for (const Box& whole : parts) {
      Box low = whole, rest = whole;
      low.count[a] = std::min<std::int64_t>(2, whole.count[a]);
      rest.start[a] = low.count[a];
      rest.count[a] -= low.count[a];
      for (const Box& part : {rest, low})
        if (part.points() > 0) smaller.push_back(part);
    }
    parts = smaller;
  }
  return parts;
}

/// Calls use(z, y, x) for all points of a padded array.
template<class Use> void for_padded(const Layout& layout, Use use) {
  for (std::int64_t z = -layout.ghost[0]; z < layout.count[0] + layout.ghost[0]; ++z) {
    for (std::int64_t y = -layout.ghost[1]; y < layout.count[1] + layout.ghost[1]; ++y) {
      for (std::int64_t x = -layout.ghost[2]; x < layout.count[2] + layout.ghost[2]; ++x)
        use(z, y, x);
    }
  }
}

/// Whether a ghost layer needs points of this box alone, or none: beyond the grid, or around it
/// where the box has the whole axis.
bool is_beside(const Grid& grid, const Box& box, std::size_t a, int side) {
  const std::int64_t start = grid.owned().start[a] + box.start[a], end = start + box.count[a];
  const bool low = start == 0, high = end == grid.shape()[a];
  if (grid.boundary(static_cast<int>(a)).kind == BoundaryKind::periodic) return low && high;
  return side == 0 ? low : high;
}

/// Whether fill_beside fills this ghost.
bool belongs_to(const Grid& grid, const Box& box, const Extents& at) {
  for (std::size_t a = 0; a < 3; ++a) {
    const std::int64_t i = at[a] - box.start[a];
    if (i < -1 || i > box.count[a]) return false;
    if (i == -1 && !(at[a] == -1 && is_beside(grid, box, a, 0))) return false;
    if (i == box.count[a] && !(at[a] == grid.owned().count[a] && is_beside(grid, box, a, 1)))
      return false;
  }
  return true;
}

TEST(Halo, FillBesideIsCopyNextToABox) {
  constexpr double nothing = 1e300;
  for (const HaloCase& h : halo_cases()) {
    if (h.width > 1) continue;
    const Case c = test::small_case(h.shape, h.boundary);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    Halo halo(grid, Layout(grid, 1));
    Field empty(Layout(grid, 1));
    empty.fill(nothing);
    const Field owned = random_field(grid, 1, 1);
    test::for_points(grid,
                     [&](auto z, auto y, auto x, auto) { empty.at(z, y, x) = owned.at(z, y, x); });
    for (const auto beyond :
         {GhostValue::given, GhostValue::zero, GhostValue::mirror, GhostValue::untouched}) {
      Field copied = empty;
      halo.copy(copied.data(), beyond);
      for (const Box& box : boxes_in(grid.owned().count)) {
        Field filled = empty;
        halo.fill_beside(filled.data(), box, beyond);
        for_padded(filled.layout(), [&](auto z, auto y, auto x) {
          const bool due = belongs_to(grid, box, {z, y, x});
          EXPECT_EQ(filled.at(z, y, x), (due ? copied : empty).at(z, y, x))
              << h.shape.size() << "-D, box of " << box.points() << " points, (" << z << ", " << y
              << ", " << x << ")";
        });
      }
    }
    if (test::failed_somewhere()) return;
  }
}

/// What one exchanges and the other fills is the whole of copy, whichever axes are exchanged.
TEST(Halo, AxesThatAreExchangedCompleteFillBeside) {
  for (const HaloCase& h : halo_cases()) {
    if (h.width > 1) continue;
    const Case c = test::small_case(h.shape, h.boundary);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    Halo halo(grid, Layout(grid, 1));
    const Field owned = random_field(grid, 1, 1);
    Field copied = owned;
    halo.copy(copied.data());
    for (int choice = 0; choice < 8; ++choice) {
      Axes axes{};
      for (int a = 0; a < 3; ++a)
        axes[static_cast<std::size_t>(a)] = halo.remote(a) || (choice >> a & 1) != 0;
      Field filled = owned;
      halo.fill_beside(filled.data(), {3, {0, 0, 0}, grid.owned().count});
      halo.copy_begin(std::array{filled.data()}, GhostValue::given, axes);
      halo.end();
      for_padded(filled.layout(), [&](auto z, auto y, auto x) {
        EXPECT_EQ(filled.at(z, y, x), copied.at(z, y, x))
            << h.shape.size() << "-D, axes " << choice << ", (" << z << ", " << y << ", " << x
            << ")";
      });
    }
    if (test::failed_somewhere()) return;
  }
}

/// Box by box the same bits as sum, where only mirrors send something back.
TEST(Halo, FoldIsTheSumBeyondMirrors) {
  for (const HaloCase& h : halo_cases()) {
    const Case c = test::small_case(h.shape, h.boundary);
    const Grid grid(MPI_COMM_WORLD, c.grid);
    Field folded(Layout(grid, h.width));
    const auto sends = [&](std::size_t a, std::int64_t i) {
      const int axis = static_cast<int>(a), side = i < 0 ? 0 : 1;
      const bool ghost = i < 0 || i >= grid.owned().count[a];
      return !ghost || (grid.boundary(axis).kind == reflect.kind && !grid.neighbour(axis, side));
    };
    for_padded(folded.layout(), [&](auto z, auto y, auto x) {
      const auto place = static_cast<std::uint64_t>(folded.layout().index(z, y, x));
      const bool counts = sends(0, z) && sends(1, y) && sends(2, x);
      folded.at(z, y, x) = counts ? hashed_number(3, place) : 0.0;
    });
    Field summed = folded;
    Halo halo(grid, folded.layout());
    halo.sum(summed.data());
    if (h.width > 1)
      halo.fold(folded.data(), {3, {0, 0, 0}, grid.owned().count});
    else
      for (const Box& part : parts_of(grid.owned().count)) halo.fold(folded.data(), part);
    test::for_points(grid, [&](auto z, auto y, auto x, auto) {
      EXPECT_EQ(folded.at(z, y, x), summed.at(z, y, x))
          << h.shape.size() << "-D, " << z << " " << y << " " << x;
    });
    if (test::failed_somewhere()) return;
  }
}

TEST(Halo, FoldLeavesOtherGhostsAlone) {
  const Case c = test::small_case({6, 7}, {periodic, value_of(0.5)});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Field field(Layout(grid, 1));
  field.fill(1.0);
  Halo(grid, field.layout()).fold(field.data(), {3, {0, 0, 0}, grid.owned().count});
  for_padded(field.layout(), [&](auto z, auto y, auto x) { EXPECT_EQ(field.at(z, y, x), 1.0); });
}

TEST(Halo, BuffersHoldTheLongestMessage) {
  constexpr double all = 4 * sizeof(double); // to send and to receive, on two sides
  const Layout layout({5, 6, 70}, 3, 2);
  EXPECT_EQ(Halo::buffer_bytes(layout, {false, false, false}), 0.0);
  EXPECT_EQ(Halo::buffer_bytes(layout, {true, false, false}), all * 2 * 6 * 70);
  EXPECT_EQ(Halo::buffer_bytes(layout, {true, true, true}, 1, 3), all * 3 * 7 * 70);
  EXPECT_EQ(Halo::buffer_bytes(layout, {false, false, true}, 1), all * 7 * 8);
  EXPECT_EQ(Halo::buffer_bytes(Layout({1, 6, 7}, 2, 1), {false, true, true}), all * 8);
}

} // namespace
} // namespace nadir
