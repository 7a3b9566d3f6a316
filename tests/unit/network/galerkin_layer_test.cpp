#include "nadir/network/galerkin_layer.hpp"

#include "nadir/base/error.hpp"
#include "nadir/network/chain.hpp"

#include "support/allocations.hpp"
#include "support/cases.hpp"
#include "support/fixed_point_maps.hpp"
#include "support/ranks.hpp"
#include "support/sanitized.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace nadir {
namespace {

using Shapes = std::vector<std::vector<std::int64_t>>;

struct BasisForm {
  Basis basis;
  std::int64_t nodes;
};
constexpr std::array basis_forms{
    BasisForm{Basis::hat, 2},          BasisForm{Basis::hat, 3},
    BasisForm{Basis::cubic_spline, 2}, BasisForm{Basis::cubic_spline, 3},
    BasisForm{Basis::cubic_spline, 4}, BasisForm{Basis::cubic_spline, 5}};

std::string galerkin_text(const Case& c) {
  return std::to_string(c.grid.dimension()) + "-D, " +
         (c.network.basis == Basis::hat ? "hats, " : "cubic splines, ") +
         std::to_string(c.network.nodes) + " nodes, boundary " +
         std::to_string(static_cast<int>(c.grid.boundary[0].kind));
}

/// value(z, y, x) of all points in global order, on every rank.
std::vector<double>
global_values(MPI_Comm comm, const Grid& grid,
              const std::function<double(std::int64_t, std::int64_t, std::int64_t)>& value) {
  std::vector<double> all(static_cast<std::size_t>(grid.points()), 0.0);
  test::for_points(grid, [&](auto z, auto y, auto x, auto index) {
    all[static_cast<std::size_t>(index)] = value(z, y, x);
  });
  MPI_Allreduce(MPI_IN_PLACE, all.data(), static_cast<int>(all.size()), MPI_DOUBLE, MPI_SUM, comm);
  return all;
}

/// The last state in global order on every rank, from z_0 = input(index).
std::vector<double> last_values(MPI_Comm comm, const Case& c, Coefficients& coefficients,
                                const Grid& grid,
                                const std::function<double(std::int64_t)>& input) {
  coefficients.fill_ghosts();
  Chain chain(grid, c);
  LastTwoStates states(chain.state_layout());
  const Layout& layout = chain.state_layout();
  double* v = states.write(0);
  test::for_points(
      grid, [&](auto z, auto y, auto x, auto index) { v[layout.index(z, y, x)] = input(index); });
  chain.forward(coefficients, states, 0, chain.layers(), [](std::int64_t, const double*) {});
  v = states.read(chain.layers());
  return global_values(comm, grid,
                       [&](auto z, auto y, auto x) { return v[layout.index(z, y, x)]; });
}

double galerkin_input(std::int64_t index) {
  return 0.7 * hashed_number(11, static_cast<std::uint64_t>(index));
}

template<class Use> void for_galerkin_cases(const Shapes& shapes, Use use) {
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::galerkin_boundaries(shape.size())) {
      for (const BasisForm& form : basis_forms) {
        if (test::sanitized && shape.size() > 2 && form.nodes > 3) continue;
        use(test::galerkin_case(shape, boundary, form.basis, form.nodes));
        if (test::failed_somewhere()) return;
      }
    }
  }
}

/// Kernels that know distances alone.
template<class Use> void for_radial_cases(const Shapes& shapes, Use use) {
  std::size_t turn = 0;
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::galerkin_boundaries(shape.size())) {
      for (const BasisForm& form : basis_forms) {
        if (shape.size() > (test::sanitized ? 1 : 2) && form.nodes > 2) continue;
        use(test::galerkin_radial_case(shape, boundary, form.basis, form.nodes, ++turn % 2 == 0));
        if (test::failed_somewhere()) return;
      }
    }
  }
}

TEST(GalerkinLayer, IdentityLayersReturnTheirInput) {
  for_galerkin_cases({{23}, {9, 8}, {9, 5, 6}}, [](Case c) {
    c.network.activation = "identity";
    c.network.relaxation = test::trained({0.5}, true, false);
    const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
    Coefficients coefficients = test::random_coefficients(grid, c, 0.5);
    for (const Parameter& p : coefficients.parameters())
      if (p.name != "relaxation") coefficients[p].fill(0.0);
    const auto last = last_values(MPI_COMM_WORLD, c, coefficients, grid, galerkin_input);
    for (std::size_t i = 0; i < last.size(); ++i)
      ASSERT_NEAR(last[i], galerkin_input(static_cast<std::int64_t>(i)), 5e-14) << galerkin_text(c);
  });
}

/// Constants are in every basis: f at one number.
TEST(GalerkinLayer, ConstantsAreRelaxedAsAtPoints) {
  for_galerkin_cases({{13}, {9, 6}, {6, 9, 4}}, [](Case c) {
    c.network.layers = 1;
    const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
    Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
    const double z = 0.8, Z = (1 - 0.1) * z - 0.05;
    const auto last = last_values(MPI_COMM_WORLD, c, coefficients, grid, [&](auto) { return z; });
    for (const double value : last)
      ASSERT_NEAR(value, (1 - 0.6) * z + 0.6 * std::tanh(Z), 1e-14) << galerkin_text(c);
  });
}

/// Between points coefficients are linear: a reaction that varies makes of a constant a function
/// that hats represent exactly.
TEST(GalerkinLayer, HatsSeeCoefficientsAsTheyAre) {
  for (const auto& shape : Shapes{{13}, {7, 6}, {5, 6, 4}}) {
    for (const auto& boundary : test::galerkin_boundaries(shape.size())) {
      Case c = test::galerkin_case(shape, boundary, Basis::hat, 3);
      c.network.layers = 1;
      c.network.activation = "identity";
      c.network.bias = c.kernel["reaction"] = test::trained({0.1}, true, false);
      const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
      Coefficients coefficients = test::random_coefficients(grid, c, 0.3);
      coefficients["relaxation"].fill(1.0);
      const auto last =
          last_values(MPI_COMM_WORLD, c, coefficients, grid, [](auto) { return 2.0; });
      const ParameterValues &R = coefficients["reaction"], &b = coefficients["bias"];
      test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t index) {
        const std::ptrdiff_t at = R.layout().index(z, y, x);
        EXPECT_NEAR(last[static_cast<std::size_t>(index)],
                    2 * (1 + R.block(0)[at]) - b.block(0)[at], 2e-14)
            << galerkin_text(c);
      });
    }
  }
}

/// What a layer of the identity makes of a wave: its cosine and sine parts.
std::complex<double> factor_of_wave(const Case& c, std::int64_t wave) {
  const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
  Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  const double angle =
      2 * std::numbers::pi * static_cast<double>(wave) / static_cast<double>(c.grid.shape[0]);
  const auto last = last_values(MPI_COMM_WORLD, c, coefficients, grid, [&](std::int64_t i) {
    return std::cos(angle * static_cast<double>(i));
  });
  std::complex<double> sum = 0;
  for (std::size_t i = 0; i < last.size(); ++i)
    sum += last[i] *
           std::polar(2.0 / static_cast<double>(last.size()), -angle * static_cast<double>(i));
  return sum;
}

/// The factors of finite elements as in books: with exact integrals.
TEST(GalerkinLayer, WavesAreMultipliedByTheKnownFactors) {
  constexpr double R = -0.2, U = 0.3, D = 0.17, h = 0.7, omega = 0.4;
  constexpr std::complex<double> i(0, 1);
  for (const std::int64_t wave : {1, 2, 5}) {
    const double t = 2 * std::numbers::pi * static_cast<double>(wave) / 16;
    const auto expect = [&](const BasisForm& form, std::complex<double> first,
                            std::complex<double> second) {
      Case c = test::galerkin_case({16}, {test::periodic}, form.basis, form.nodes);
      c.grid.spacing = {h};
      c.network.layers = 1;
      c.network.activation = "identity";
      c.network.relaxation = test::fixed({omega});
      c.network.bias = test::fixed({0.0});
      c.kernel["reaction"] = test::fixed({R});
      c.kernel["advection"] = test::fixed({U});
      c.kernel["diffusion"] = test::fixed({form.basis == Basis::hat ? 0.0 : D});
      const auto factor = 1.0 + omega * (R - U * first / h + D * second / (h * h));
      EXPECT_NEAR(std::abs(factor_of_wave(c, wave) - factor), 0.0, 1e-14) << galerkin_text(c);
    };
    for (const std::int64_t nodes : {2, 3, 4, 5})
      expect({Basis::hat, nodes}, 3.0 * i * std::sin(t) / (2 + std::cos(t)), 0.0);
    // Values and derivatives of the B-spline of degree 7 at the points.
    const double mass =
        (2416 + 2 * (1191 * std::cos(t) + 120 * std::cos(2 * t) + std::cos(3 * t))) / 5040;
    const auto first =
        2.0 * i * (245 * std::sin(t) + 56 * std::sin(2 * t) + std::sin(3 * t)) / 720.0;
    const double second =
        (-80 + 2 * (15 * std::cos(t) + 24 * std::cos(2 * t) + std::cos(3 * t))) / 120;
    for (const std::int64_t nodes : {4, 5})
      expect({Basis::cubic_spline, nodes}, first / mass, second / mass);
  }
}

/// A mirror is the same as going on with the mirror image.
TEST(GalerkinLayer, MirrorsAreWhatTheySay) {
  constexpr std::int64_t n = 9, m = 7;
  for (const BasisForm& form : basis_forms) {
    const auto run = [&](const std::vector<std::int64_t>& shape,
                         const std::vector<BoundarySpec>& boundary) {
      Case c = test::galerkin_case(shape, boundary, form.basis, form.nodes);
      c.kernel["advection"] = test::fixed({0.0, 0.1});
      if (form.basis != Basis::hat) c.kernel["diffusion"] = test::fixed({0.08, 0.0, 0.06});
      c.network.bias = test::trained({0.0}, true, false);
      const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
      Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
      const auto mirrored = [&](std::int64_t index) { // of the small grid
        const std::int64_t y = index / m;
        return (y < n ? y : 2 * n - 1 - y) * m + index % m;
      };
      ParameterValues& b = coefficients["bias"];
      test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t index) {
        b.block(0)[b.layout().index(z, y, x)] = 0.3 * galerkin_input(1000 + mirrored(index));
      });
      return last_values(MPI_COMM_WORLD, c, coefficients, grid,
                         [&](auto index) { return galerkin_input(mirrored(index)); });
    };
    const auto half = run({n, m}, {test::reflect, test::periodic});
    const auto whole = run({2 * n, m}, {test::periodic, test::periodic});
    for (std::size_t i = 0; i < half.size(); ++i)
      ASSERT_NEAR(half[i], whole[i], 1e-13)
          << i / m << ", " << i % m << " with " << form.nodes << " nodes";
  }
}

TEST(GalerkinLayer, StatesAreTheSameBitsOnAnyNumberOfRanks) {
  for_galerkin_cases({{23}, {9, 11}, {9, 7, 10}}, [](Case c) {
    test::train_all(c, true, true);
    const auto run = [&](MPI_Comm comm) {
      const Grid grid(comm, c.grid, state_ghosts(c));
      Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
      return last_values(comm, c, coefficients, grid, galerkin_input);
    };
    ASSERT_EQ(run(MPI_COMM_WORLD), run(MPI_COMM_SELF)) << galerkin_text(c);
  });
}

TEST(GalerkinLayer, StatesOfRadialKernelsAreTheSameBitsOnAnyNumberOfRanks) {
  bool by_space = false;
  for_radial_cases({{24}, {12, 13}, {12, 8, 5}}, [&](Case c) {
    by_space = !by_space && c.grid.dimension() < 3;
    test::train_all(c, by_space, true);
    const auto run = [&](MPI_Comm comm) {
      const Grid grid(comm, c.grid, state_ghosts(c));
      Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
      return last_values(comm, c, coefficients, grid, galerkin_input);
    };
    ASSERT_EQ(run(MPI_COMM_WORLD), run(MPI_COMM_SELF)) << galerkin_text(c);
  });
}

/// One layer (21) to (24) of a kernel that knows distances, on a line, as it is written.
struct WrittenOut {
  const Case& c;
  CellBasis basis;
  std::vector<double> scale, shape, second, b, omega; ///< at the points

  std::int64_t n() const { return c.grid.shape[0]; }
  bool mirrored() const { return c.grid.boundary[0].kind == BoundaryKind::reflect; }
  std::size_t point(std::int64_t i) const {
    const std::int64_t period = mirrored() ? 2 * n() : n();
    i = (i % period + period) % period;
    return static_cast<std::size_t>(i < n() ? i : 2 * n() - 1 - i);
  }
  double phi(double distance, double first, double other) const {
    const double h = c.grid.spacing[0];
    if (c.kernel.is("power-law"))
      return h * std::pow(1 + distance * distance / (first * first), -other / 2);
    return h / (first * std::sqrt(2 * std::numbers::pi)) *
           std::exp(-distance * distance / (2 * first * first));
  }
  double at_node(const std::vector<double>& z, std::int64_t cell, std::size_t q) const {
    double sum = 0;
    for (int t = 0; t < basis.taps; ++t)
      sum += basis.value[0][q][static_cast<std::size_t>(t)] * z[point(cell + basis.lowest + t)];
    return sum;
  }
  double between(const std::vector<double>& values, std::int64_t cell, std::size_t q) const {
    const double place = basis.place[q];
    return (1 - place) * values[point(cell)] + place * values[point(cell + 1)];
  }
  double Z(const std::vector<double>& z, std::int64_t cell, std::size_t q) const {
    double sum = 0;
    for (std::int64_t away = -c.kernel.radius(); away <= c.kernel.radius(); ++away)
      for (std::size_t m = 0; m < static_cast<std::size_t>(basis.nodes); ++m) {
        const double distance =
            c.grid.spacing[0] * (static_cast<double>(away) + basis.place[m] - basis.place[q]);
        sum +=
            basis.weight[m] *
            phi(distance, between(shape, cell, q), second.empty() ? 0 : between(second, cell, q)) *
            at_node(z, cell + away, m);
      }
    return between(scale, cell, q) * sum - between(b, cell, q);
  }
  std::vector<double> operator()(const std::vector<double>& v) const {
    const CellBasis& at = basis;
    const auto size = static_cast<std::size_t>(n());
    test::Dense B(size, std::vector<double>(size)), M = B;
    for (std::int64_t i = 0; i < n(); ++i) {
      B[point(i)][point(i)] += at.at_point;
      for (const int side : {-1, 1}) B[point(i)][point(i + side)] += at.at_neighbour;
    }
    const auto z = test::direct_solve(B, v);
    std::vector<double> w(size), next(size);
    for (std::int64_t cell = mirrored() ? -1 : 0; cell < n(); ++cell) {
      for (std::size_t q = 0; q < static_cast<std::size_t>(at.nodes); ++q) {
        double weight = at.weight[q];
        if (mirrored() && cell == -1) weight *= at.inside(static_cast<int>(q), 0);
        if (mirrored() && cell == n() - 1) weight *= at.inside(static_cast<int>(q), 1);
        const double o = between(omega, cell, q);
        const double y = (1 - o) * at_node(z, cell, q) + o * std::tanh(Z(z, cell, q));
        for (std::size_t t = 0; t < static_cast<std::size_t>(at.taps); ++t) {
          const auto i = point(cell + at.lowest + static_cast<std::int64_t>(t));
          w[i] += weight * at.value[0][q][t] * y;
          for (std::size_t s = 0; s < static_cast<std::size_t>(at.taps); ++s)
            M[i][point(cell + at.lowest + static_cast<std::int64_t>(s))] +=
                weight * at.value[0][q][t] * at.value[0][q][s];
        }
      }
    }
    const auto amplitudes = test::direct_solve(M, w);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j) next[i] += B[i][j] * amplitudes[j];
    return next;
  }
};

TEST(GalerkinLayer, RadialKernelsAreTheInnerQuadrature) {
  for (const bool by_space : {true, false}) {
    for_radial_cases({{24}}, [&](Case c) {
      c.grid.spacing = {0.7};
      c.network.layers = 1;
      test::train_all(c, by_space, false);
      const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
      Coefficients coefficients = test::random_coefficients(grid, c, 0.1);
      const auto values_of = [&](std::string_view p) {
        const ParameterValues& values = coefficients[p];
        return global_values(MPI_COMM_WORLD, grid, [&](auto z, auto y, auto x) {
          return values.block(0)[values.varies_space() ? values.layout().index(z, y, x) : 0];
        });
      };
      const auto nodes = static_cast<int>(c.network.nodes);
      WrittenOut expected{c,
                          cell_basis(c.network.basis, nodes, c.grid.spacing[0]),
                          {},
                          {},
                          {},
                          values_of("bias"),
                          values_of("relaxation")};
      if (c.kernel.is("gaussian")) {
        expected.scale = values_of("amplitude");
        expected.shape = values_of("width");
      } else {
        expected.scale = values_of("strength");
        expected.shape = values_of("length");
        expected.second = values_of("exponent");
      }
      std::vector<double> v(static_cast<std::size_t>(grid.points()));
      for (std::size_t i = 0; i < v.size(); ++i)
        v[i] = galerkin_input(static_cast<std::int64_t>(i));
      const auto known = expected(v);
      const auto last = last_values(MPI_COMM_WORLD, c, coefficients, grid, galerkin_input);
      for (std::size_t i = 0; i < v.size(); ++i)
        ASSERT_NEAR(last[i], known[i], 1e-13) << i << ", " << c.kernel.type() << galerkin_text(c);
    });
  }
}

/// (W z) . Y = z . (W^T Y).
TEST(GalerkinLayer, ApplyTransposeIsTheTransposeOfApply) {
  const auto check = [](Case c) {
    test::train_all(c, true, false);
    const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
    Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
    coefficients.fill_ghosts();
    Chain chain(grid, c);
    const Layout& layout = chain.state_layout();
    Field z(layout), Z(layout), Z_bar(layout), z_bar(layout);
    test::for_points(grid, [&](auto k, auto j, auto i, std::int64_t index) {
      z.at(k, j, i) = galerkin_input(index);
      Z_bar.at(k, j, i) = galerkin_input(5000 + index);
    });
    chain.layer().apply(coefficients.layer(0), z.data(), Z.data(), GhostValue::zero);
    chain.layer().apply_transpose(coefficients.layer(0), Z_bar.data(), z_bar.data());
    std::array<double, 2> products{};
    test::for_points(grid, [&](auto k, auto j, auto i, auto) {
      products[0] += Z.at(k, j, i) * Z_bar.at(k, j, i);
      products[1] += z.at(k, j, i) * z_bar.at(k, j, i);
    });
    MPI_Allreduce(MPI_IN_PLACE, products.data(), 2, MPI_DOUBLE, MPI_SUM, grid.comm());
    EXPECT_NEAR(products[0], products[1], 1e-13 * static_cast<double>(grid.points()))
        << galerkin_text(c);
    EXPECT_NE(products[0], 0.0);
  };
  for_galerkin_cases({{29}, {11, 12}, {9, 7, 8}}, check);
  for_radial_cases({{29}, {1100}, {12, 13}, {12, 8, 5}}, check); // 1100: rows in parts
}

TEST(GalerkinLayer, NamesWhereAValueIsNotFinite) {
  Case c = test::galerkin_case({12, 14}, {test::periodic, test::reflect}, Basis::hat, 2);
  c.network.activation = "square";
  const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
  Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  coefficients.fill_ghosts();
  Chain chain(grid, c);
  LastTwoStates states(chain.state_layout());
  double* v = states.write(0);
  test::for_points(grid, [&](auto z, auto y, auto x, std::int64_t index) {
    v[chain.state_layout().index(z, y, x)] = index == 4 * 14 + 5 ? 1e200 : 0.0;
  });
  const auto problem =
      chain.forward(coefficients, states, 0, chain.layers(), [](std::int64_t, const double*) {});
  try {
    throw_if_not_finite(grid, 0, problem);
    FAIL() << "nothing was found";
  } catch (const NumericsError& error) {
    // The first of the points whose functions reach a node that overflows.
    EXPECT_STREQ(error.what(), "the state is not finite: sample 0, layer 1, point (y, x) = (3, 4)");
  }
}

std::int64_t galerkin_allocations(Case c, std::int64_t layers) {
  c.network.layers = layers;
  test::train_all(c, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
  Coefficients coefficients = test::random_coefficients(grid, c, 0.02);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  Chain chain(grid, c);
  RevolvedStates states(chain.state_layout(), all_kept(layers));
  StateStore* const one = &states;
  const WatchedLayers last(std::vector<std::int64_t>{layers});
  coefficients.fill_ghosts();
  std::int64_t before = 0;
  for (int round = 0; round < 2; ++round) {
    before = test::allocations();
    chain.forward(coefficients, std::span(&one, 1), 0, layers, last,
                  [](std::size_t, std::int64_t, const double*) {});
    chain.adjoint(
        coefficients, std::span(&one, 1), last,
        [](std::size_t, std::int64_t, const double*, double*) {}, bar);
  }
  return test::allocations() - before;
}

/// Where no messages are sent: MPI allocates for its own.
TEST(GalerkinLayer, AllocatesNothingHoweverManyThereAre) {
  int ranks = 1;
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (ranks > 1) return;
  const std::vector<BoundarySpec> boundary{test::periodic, test::reflect};
  for (const Case& c : {test::galerkin_case({24, 13}, boundary, Basis::cubic_spline, 3),
                        test::galerkin_radial_case({8, 7}, boundary, Basis::cubic_spline, 2, false),
                        test::galerkin_radial_case({8, 7}, boundary, Basis::hat, 2, true)})
    EXPECT_EQ(galerkin_allocations(c, 12), galerkin_allocations(c, 5)) << c.kernel.type();
}

} // namespace
} // namespace nadir
