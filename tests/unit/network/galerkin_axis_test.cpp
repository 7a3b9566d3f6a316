#include "nadir/network/galerkin_axis.hpp"

#include "support/grids.hpp"
#include "support/relaxation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace nadir {
namespace {

using test::Relaxation;

/// Waves are eigenvectors on a ring: M has (1, 4, 1)/6 in hats, B is 1; in cubic splines M has
/// (1, 120, 1191, 2416, ...)/5040 and B (1, 4, 1)/6.
TEST(GalerkinAxis, WavesOnARing) {
  const Grid grid = test::grid_of({9, 12}, BoundaryKind::periodic);
  const Relaxation r(grid, "identity"); // for its fields
  for (const int axis : {1, 2}) {
    const std::int64_t n = axis == 1 ? 9 : 12;
    const double angle = 2 * std::numbers::pi * 2 / static_cast<double>(n);
    const double c1 = std::cos(angle), c2 = std::cos(2 * angle), c3 = std::cos(3 * angle);
    const auto wave = [&](std::int64_t i) {
      return std::cos(angle * static_cast<double>(axis == 1 ? i / 12 : i % 12));
    };
    const double neighbours = (4 + 2 * c1) / 6;
    const double spline_mass = (2416 + 2382 * c1 + 240 * c2 + 2 * c3) / 5040;
    for (const Basis kind : {Basis::hat, Basis::cubic_spline}) {
      const bool hat = kind == Basis::hat;
      GalerkinAxis matrices(grid, r.layout(), axis, cell_basis(kind, 4, 1.0));
      const double mass = hat ? neighbours : spline_mass, points = hat ? 1.0 : neighbours;
      Field z(r.layout());
      const auto expect = [&](double factor) {
        EXPECT_LT(r.error(z, [&](std::int64_t i) { return factor * wave(i); }), 1e-13)
            << axis << hat;
        r.fill(z, wave);
      };
      r.fill(z, wave);
      matrices.to_amplitudes(z.data());
      expect(1 / points);
      matrices.to_values(z.data());
      expect(points / mass);
      matrices.to_values_transpose(z.data());
      expect(points / mass);
    }
  }
}

/// Constants are in every basis; between mirrors half of a cell counts.
TEST(GalerkinAxis, ConstantsStayBetweenMirrors) {
  const Grid grid = test::grid_of({7, 8}, BoundaryKind::reflect);
  const Relaxation r(grid, "identity");
  for (const Basis kind : {Basis::hat, Basis::cubic_spline}) {
    GalerkinAxis matrices(grid, r.layout(), 2, cell_basis(kind, 3, 1.0));
    Field z(r.layout());
    r.fill(z, [](auto) { return 0.7; });
    matrices.to_values(z.data());
    EXPECT_LT(r.error(z, [](auto) { return 0.7; }), 1e-14);
    matrices.to_amplitudes(z.data());
    EXPECT_LT(r.error(z, [](auto) { return 0.7; }), 1e-14);
  }
}

TEST(GalerkinAxis, TransposesByDotProducts) {
  for (const BoundaryKind boundary : {BoundaryKind::periodic, BoundaryKind::reflect}) {
    const Grid grid = test::grid_of({7, 8}, boundary);
    const Relaxation r(grid, "identity");
    for (const Basis kind : {Basis::hat, Basis::cubic_spline})
      for (const int axis : {1, 2}) {
        GalerkinAxis matrices(grid, r.layout(), axis, cell_basis(kind, 3, 1.0));
        const Field a = r.random(1, 0.0, 1.0), b = r.random(2, 0.0, 1.0);
        Field there = a, back = b;
        matrices.to_values(there.data());
        matrices.to_values_transpose(back.data());
        EXPECT_NEAR(r.dot(there, b), r.dot(a, back), 1e-13);
        there = a;
        back = b;
        matrices.to_amplitudes(there.data());
        matrices.to_amplitudes(back.data());
        EXPECT_NEAR(r.dot(there, b), r.dot(a, back), 1e-13);
      }
  }
}

} // namespace
} // namespace nadir
