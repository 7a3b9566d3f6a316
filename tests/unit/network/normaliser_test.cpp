#include "nadir/network/normaliser.hpp"

#include "support/grids.hpp"
#include "support/relaxation.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using test::Relaxation;

Normaliser normaliser_of(const Grid& grid, Relaxation& r, Normalisation kind) {
  NetworkSpec network;
  network.normalisation = kind;
  network.thermostat = 0.4;
  network.rate = 1.6;
  return {grid, network, r.rate.rows()};
}

Grid normalised_grid() { return test::grid_of({4, 13}, BoundaryKind::periodic); }
constexpr double cell = 1.0 * 1.25; ///< its volume

double norm_of(const Relaxation& r, const Field& z) { return std::sqrt(cell * r.dot(z, z)); }

TEST(Normaliser, ProjectionsHaveNormOneInTheSameDirection) {
  const Grid grid = normalised_grid();
  Relaxation r(grid, "tanh");
  r.use();
  const Normaliser project = normaliser_of(grid, r, Normalisation::project);
  EXPECT_TRUE(project.projects());
  const Field before = r.random(1, 0.2, 1.0);
  Field z = before;
  project.apply(before.data(), z.data());
  EXPECT_NEAR(norm_of(r, z), 1.0, 1e-15);
  EXPECT_NEAR(cell * r.dot(z, before), norm_of(r, before), 1e-13);
}

/// z_next += omega/gamma R, R = -alpha (|z| - 1), times z/|z| where radial.
TEST(Normaliser, ThermostatsPullTowardsNormOne) {
  const Grid grid = normalised_grid();
  Relaxation r(grid, "tanh");
  r.omega.fill(0.5);
  r.use();
  const Field z = r.random(1, 0.2, 1.0);
  const double n = norm_of(r, z), pull = -0.5 / 1.6 * 0.4 * (n - 1);
  const auto number = [](std::int64_t i) {
    return 0.2 + hashed_number(1, static_cast<std::uint64_t>(i));
  };
  EXPECT_GT(n, 2);
  Field uniform(r.layout()), radial(r.layout()), none(r.layout());
  normaliser_of(grid, r, Normalisation::uniform).apply(z.data(), uniform.data());
  EXPECT_LT(r.error(uniform, [&](auto) { return pull; }), 1e-15);
  normaliser_of(grid, r, Normalisation::radial).apply(z.data(), radial.data());
  EXPECT_LT(r.error(radial, [&](std::int64_t i) { return pull * number(i) / n; }), 1e-15);
  normaliser_of(grid, r, Normalisation::none).apply(z.data(), none.data());
  EXPECT_EQ(r.dot(none, none), 0.0);
}

TEST(Normaliser, NothingPullsRadiallyAtZero) {
  const Grid grid = normalised_grid();
  Relaxation r(grid, "tanh");
  r.omega.fill(0.5);
  r.use();
  const Normaliser radial = normaliser_of(grid, r, Normalisation::radial);
  Field z(r.layout()), next(r.layout()), lambda(r.layout());
  const Field mu = r.random(2, 0.0, 1.0);
  radial.apply(z.data(), next.data());
  EXPECT_EQ(r.dot(next, next), 0.0);
  radial.add_transpose(z.data(), mu.data(), lambda.data());
  EXPECT_EQ(r.dot(lambda, lambda), 0.0);
}

/// Of z, as if the scheme left it alone.
TEST(Normaliser, TransposesGiveAllDerivatives) {
  const Grid grid = normalised_grid();
  Relaxation r(grid, "tanh");
  for (const auto kind : {Normalisation::uniform, Normalisation::radial, Normalisation::project}) {
    const Normaliser normaliser = normaliser_of(grid, r, kind);
    const std::size_t size = r.layout().size();
    test::expect_transposed(
        r,
        [&](double* z, double* z_next) {
          std::copy_n(z, size, z_next);
          normaliser.apply(z, z_next);
        },
        [&](double* z, double*, const double* lambda_next, double* lambda) {
          std::copy_n(lambda_next, size, lambda);
          if (normaliser.projects())
            normaliser.transpose_projection(z, lambda);
          else
            normaliser.add_transpose(z, lambda_next, lambda);
        });
  }
}

} // namespace
} // namespace nadir
