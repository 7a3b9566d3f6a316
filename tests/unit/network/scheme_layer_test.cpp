#include "nadir/network/scheme_layer.hpp"

#include "nadir/base/error.hpp"
#include "nadir/network/chain.hpp"
#include "nadir/network/schemes.hpp"
#include "nadir/network/stencil_layer.hpp"

#include "support/allocations.hpp"
#include "support/cases.hpp"
#include "support/last_state.hpp"
#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace nadir {
namespace {

constexpr std::array normalisations{Normalisation::none, Normalisation::uniform,
                                    Normalisation::radial, Normalisation::project};

/// What one layer makes of a random state and a random adjoint, and all derivatives: this rank's.
std::vector<double> layer_results(const Grid& grid, const Case& c, Layer& layer) {
  Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
  if (!c.network.relaxation.train) coefficients["relaxation"].fill(c.network.relaxation.init[0]);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  coefficients.fill_ghosts();
  const Layout& layout = layer.state_layout();
  const auto random = test::random_observations(grid, c, 2);
  Field z(layout), next(layout), lambda_next(layout), lambda(layout);
  unpack(layout, random.input_sample(0), z.data());
  unpack(layout, random.input_sample(1), lambda_next.data());
  const std::array states{z.data(), next.data()};
  const std::array back{lambda_next.data(), lambda.data()};
  layer.prepare(z.data());
  layer.steps(coefficients.layer(0), {states, 1});
  std::vector<double> all;
  const auto add = [&](const Layout& of, const double* padded) {
    for_owned_rows(of, padded,
                   [&](const double* row, std::int64_t n) { all.insert(all.end(), row, row + n); });
  };
  add(layout, next.data());
  layer.steps_transpose(coefficients.layer(0), {states, 1},
                        {std::span(back).subspan(0, 1), std::span(back).subspan(1, 1)},
                        bar.layer_bar(0));
  add(layout, lambda.data());
  for (const Parameter& p : coefficients.parameters()) {
    for (const ReproducibleSum& sum : bar.sums(p)) all.push_back(sum.value());
    for (std::int64_t b = 0; bar[p].varies_space() && b < bar[p].blocks(); ++b)
      add(bar[p].layout(), bar[p].block(b));
  }
  return all;
}

std::unique_ptr<Kernel> stencil_kernel_of(const Grid& grid, const Case& c) {
  return make_kernel(c.kernel, grid.dimension(), grid.spacings());
}

TEST(SchemeLayer, ExplicitEulerGivesTheBitsOfTheStencilLayer) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{1100}, {9, 11}, {5, 7, 6}}) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      for (Case c : {test::small_case(shape, boundary, DiffusionTensor::full),
                     test::moment_case(shape, boundary, 4)}) {
        c.network.layers = 1;
        for (const bool by_space : {true, false}) {
          test::train_all(c, by_space, false);
          const Grid grid(MPI_COMM_WORLD, c.grid, c.kernel.radius());
          StencilLayer fused(grid, stencil_kernel_of(grid, c), c.network.activation);
          SchemeLayer general(grid, c.network,
                              std::make_unique<StencilOperator>(grid, stencil_kernel_of(grid, c)));
          EXPECT_EQ(layer_results(grid, c, general), layer_results(grid, c, fused))
              << shape.size() << "-D, " << c.kernel.type() << (by_space ? ", by space" : "");
          if (test::failed_somewhere()) return;
        }
      }
    }
  }
}

Case scheme_case(SchemeKind scheme, Normalisation normalisation, std::vector<std::int64_t> shape,
                 const std::vector<BoundarySpec>& boundary) {
  Case c = test::small_case(std::move(shape), boundary, DiffusionTensor::full);
  c.network.scheme = scheme;
  c.network.normalisation = normalisation;
  c.network.thermostat = 0.4;
  c.network.rate = 1.5;
  return c;
}

std::string text_of(const Case& c) {
  return std::string(scheme_name(c.network.scheme)) + ", normalisation " +
         std::to_string(static_cast<int>(c.network.normalisation)) + ", " +
         std::to_string(c.grid.dimension()) + "-D";
}

/// Of random_observations' first sample.
double random_input(std::int64_t i) {
  return 0.7 * hashed_number(11, static_cast<std::uint64_t>(i));
}

/// z_n of a random input in global order on every rank.
std::vector<double> last_scheme_state(MPI_Comm comm, const Case& c, double amplitude) {
  return test::last_state(c, random_input, amplitude, comm);
}

TEST(SchemeLayer, StatesDoNotDependOnTheNumberOfRanks) {
  for (const auto& scheme : schemes) {
    for (const auto normalisation : normalisations) {
      Case c = scheme_case(scheme.kind, normalisation, {9, 11}, {test::reflect, test::periodic});
      test::train_all(c, true, true);
      const auto together = last_scheme_state(MPI_COMM_WORLD, c, 0.05);
      const auto alone = last_scheme_state(MPI_COMM_SELF, c, 0.05);
      if (!is_implicit(scheme.kind)) {
        EXPECT_EQ(together, alone) << text_of(c);
      }
      for (std::size_t i = 0; i < alone.size(); ++i)
        EXPECT_NEAR(together[i], alone[i], 1e-12) << text_of(c);
      if (test::failed_somewhere()) return;
    }
  }
}

/// Sum over all owned points of all ranks.
double product_over_ranks(const Grid& grid, const Layout& layout, const double* a,
                          const double* b) {
  double sum = 0;
  test::for_points(grid, [&](auto k, auto j, auto i, auto) {
    sum += a[layout.index(k, j, i)] * b[layout.index(k, j, i)];
  });
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid.comm());
  return sum;
}

/// z_n = A z_0 where f is the identity, b and boundary values are 0: (A z_0) . y = z_0 . (A^T y).
TEST(SchemeLayer, TheAdjointOfALinearChainIsItsTranspose) {
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{29}, {9, 8}, {5, 6, 4}}) {
    for (auto boundary : test::boundary_choices(shape.size())) {
      for (auto& side : boundary) side.value = 0.0;
      for (const auto& scheme : schemes) {
        Case c = scheme_case(scheme.kind, Normalisation::none, shape, boundary);
        test::train_all(c, true, true);
        c.network.activation = "identity";
        c.network.bias = test::fixed({0.0});
        const Grid grid(MPI_COMM_WORLD, c.grid);
        Coefficients coefficients = test::random_coefficients(grid, c, 0.05);
        coefficients["bias"].fill(0.0);
        Coefficients bar(grid, c, Coefficients::Content::gradients);
        coefficients.fill_ghosts();
        Chain chain(grid, c);
        const Layout& layout = chain.state_layout();
        RevolvedStates states(layout, all_kept(chain.layers()));
        StateStore* const one = &states;
        const auto random = test::random_observations(grid, c, 2);
        unpack(layout, random.input_sample(0), states.write(0));
        Field y(layout);
        unpack(layout, random.input_sample(1), y.data());
        chain.forward(coefficients, states, 0, chain.layers(), [](std::int64_t, const double*) {});
        const double forward =
            product_over_ranks(grid, layout, states.read(chain.layers()), y.data());
        chain.adjoint(
            coefficients, std::span(&one, 1),
            WatchedLayers(std::vector<std::int64_t>{chain.layers()}),
            [&](std::size_t, std::int64_t, const double*, double* lambda) {
              std::copy_n(y.data(), layout.size(), lambda);
            },
            bar);
        const double back = product_over_ranks(grid, layout, states.read(0), chain.lambda(0));
        EXPECT_NEAR(forward, back, 1e-13 * static_cast<double>(grid.points())) << text_of(c);
        EXPECT_NE(forward, 0.0);
        if (test::failed_somewhere()) return;
      }
    }
  }
}

// ---- Normalisations -----------------------------------------------------------------------------

double norm_of(const Case& c, const std::vector<double>& z) {
  double volume = 1;
  for (const double spacing : c.grid.spacing) volume *= spacing;
  return std::sqrt(volume * std::inner_product(z.begin(), z.end(), z.begin(), 0.0));
}

/// W = 1, f = identity: every scheme leaves the state as it is.
Case resting_case(SchemeKind scheme, Normalisation normalisation) {
  Case c = scheme_case(scheme, normalisation, {7, 6}, {test::reflect, test::periodic});
  c.network.activation = "identity";
  c.network.bias = c.kernel["reaction"] = test::fixed({0.0});
  c.kernel["advection"] = test::fixed({0.0, 0.0});
  c.kernel["diffusion"] = test::fixed({0.0, 0.0, 0.0});
  c.network.layers = 1;
  return c;
}

std::vector<double> input_of(const Case& c) {
  const Grid grid(MPI_COMM_SELF, c.grid);
  return test::random_observations(grid, c, 1).input;
}

/// |z| - 1 falls by the factor 1 - alpha omega/gamma in every layer.
TEST(Normaliser, TheRadialThermostatRescales) {
  for (const auto& scheme : schemes) {
    Case c = resting_case(scheme.kind, Normalisation::radial);
    const double before = norm_of(c, input_of(c)), factor = 1 - 0.4 * 0.6 / 1.5;
    EXPECT_GT(std::abs(before - 1), 0.1);
    c.network.layers = 5;
    EXPECT_NEAR(norm_of(c, last_scheme_state(MPI_COMM_WORLD, c, 0.0)) - 1,
                (before - 1) * std::pow(factor, 5), 1e-13)
        << text_of(c);
  }
}

TEST(Normaliser, TheUniformThermostatShifts) {
  const Case c = resting_case(SchemeKind::explicit_euler, Normalisation::uniform);
  const auto before = input_of(c), after = last_scheme_state(MPI_COMM_WORLD, c, 0.0);
  const double shift = -0.4 * (norm_of(c, before) - 1) * 0.6 / 1.5;
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(after[i], before[i] + shift, 1e-15);
}

TEST(Normaliser, ProjectedStatesHaveNormOne) {
  for (const auto& scheme : schemes) {
    Case c =
        scheme_case(scheme.kind, Normalisation::project, {7, 6}, {test::reflect, test::periodic});
    EXPECT_NEAR(norm_of(c, last_scheme_state(MPI_COMM_WORLD, c, 0.0)), 1, 1e-15) << text_of(c);
  }
}

TEST(Normaliser, AStateOfNormZeroHasNoDirection) {
  Case c = resting_case(SchemeKind::explicit_euler, Normalisation::radial);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Chain chain(grid, c);
  LastTwoStates states(chain.state_layout());
  const auto still = [&] {
    std::fill_n(states.write(0), chain.state_layout().size(), 0.0);
    return chain.forward(test::random_coefficients(grid, c, 0.0), states, 0, 1,
                         [](std::int64_t, const double*) {});
  };
  EXPECT_FALSE(still());
  EXPECT_EQ(product_over_ranks(grid, chain.state_layout(), states.read(1), states.read(1)), 0);
  c.network.normalisation = Normalisation::project;
  Chain projected(grid, c);
  std::fill_n(states.write(0), chain.state_layout().size(), 0.0);
  EXPECT_TRUE(projected.forward(test::random_coefficients(grid, c, 0.0), states, 0, 1,
                                [](std::int64_t, const double*) {}));
}

// ---- Equations of implicit layers ---------------------------------------------------------------

/// Else there is an omega whose equation has no solution.
bool has_bounded_slope(Activation f) {
  std::array<double, 2> Z{-1e3, 1e3}, value{}, slope{};
  activation_rows(f).evaluate(2, Z.data(), value.data(), slope.data());
  return std::max(std::abs(slope[0]), std::abs(slope[1])) <= 2;
}

/// Each z' satisfies its equation, kinks or not, with large omega too.
TEST(ImplicitScheme, SolvesItsEquation) {
  for (const Activation f : Activation::all()) {
    if (!has_bounded_slope(f)) continue;
    for (const double omega : {0.5, 20.0}) {
      Case c = scheme_case(SchemeKind::implicit_euler, Normalisation::none, {7, 6},
                           {test::reflect, test::value_of(0.3)});
      c.network.activation = f;
      c.network.relaxation = test::fixed({omega});
      c.network.layers = 1;
      const Grid grid(MPI_COMM_WORLD, c.grid);
      const Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
      SchemeLayer layer(grid, c.network,
                        std::make_unique<StencilOperator>(grid, stencil_kernel_of(grid, c)));
      const Layout& layout = layer.state_layout();
      Field z(layout), next(layout), Z(layout);
      unpack(layout, test::random_observations(grid, c, 1).input_sample(0), z.data());
      const std::array states{z.data(), next.data()};
      layer.steps(coefficients.layer(0), {states, 1});
      EXPECT_FALSE(layer.problem(0)) << f->name << ", omega " << omega;
      layer.apply(coefficients.layer(0), next.data(), Z.data(), GhostValue::given);
      const ActivationRows rows = activation_rows(c.network.activation);
      test::for_points(grid, [&](auto k, auto j, auto i, auto) {
        double value = 0, slope = 0;
        const double argument = Z.at(k, j, i) - c.network.bias.init[0];
        rows.evaluate(1, &argument, &value, &slope);
        const double here = next.at(k, j, i);
        EXPECT_NEAR(here, z.at(k, j, i) + omega * (value - here), 1e-14 * (1 + omega))
            << f->name << ", omega " << omega;
      });
      if (test::failed_somewhere()) return;
    }
  }
}

/// z' = z + 4 ((z' + 1)^2 - z') has no solution for z > -55/16.
TEST(ImplicitScheme, AnEquationWithoutSolutionIsNamed) {
  Case c = resting_case(SchemeKind::implicit_euler, Normalisation::none);
  c.network.activation = "square";
  c.network.relaxation = test::fixed({4.0});
  c.network.bias = test::fixed({-1.0}); // f = (z + 1)^2
  c.network.layers = 3;
  try {
    last_scheme_state(MPI_COMM_WORLD, c, 0.0);
    FAIL() << "solved";
  } catch (const NumericsError& error) {
    const std::string text = error.what();
    for (const char* word : {"sample 0, layer 1", "not solved", "network.relaxation"})
      EXPECT_NE(text.find(word), std::string::npos) << text;
  }
}

/// What a layer says of its equation, and of the transposed system, at a random state.
std::array<std::string, 2> problems_of(const Case& c) {
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Coefficients coefficients = test::random_coefficients(grid, c, 0.0);
  Coefficients bar(grid, c, Coefficients::Content::gradients);
  std::array<std::string, 2> said;
  for (const bool back : {false, true}) {
    SchemeLayer layer(grid, c.network,
                      std::make_unique<StencilOperator>(grid, stencil_kernel_of(grid, c)));
    const Layout& layout = layer.state_layout();
    Field z(layout), next(layout), lambda_next(layout), lambda(layout);
    const Observations random = test::random_observations(grid, c, 2);
    unpack(layout, random.input_sample(0), z.data());
    unpack(layout, random.input_sample(0), next.data());
    unpack(layout, random.input_sample(1), lambda_next.data());
    const std::array states{z.data(), next.data()};
    const std::array adjoints{lambda_next.data(), lambda.data()};
    layer.prepare(z.data());
    if (back)
      layer.steps_transpose(coefficients.layer(0), {states, 1},
                            {std::span(adjoints).subspan(0, 1), std::span(adjoints).subspan(1, 1)},
                            bar.layer_bar(0));
    else
      layer.steps(coefficients.layer(0), {states, 1});
    if (const auto problem = layer.problem(0)) said[back ? 1 : 0] = problem->reason;
  }
  return said;
}

/// f = identity and omega R = 1 (Crank-Nicolson: 2) without diffusion: (1 + theta omega) - theta
/// omega W is 0, a step of GMRES too, and nothing is solved. With advection constants are null
/// vectors, and x grows until r drowns in its rounding.
TEST(ImplicitScheme, ASingularSystemIsNamed) {
  for (const double advection : {0.0, 0.3}) {
    for (const auto kind : {SchemeKind::implicit_euler, SchemeKind::crank_nicolson}) {
      Case c = test::small_case({16}, {test::periodic});
      c.network.scheme = kind;
      c.network.layers = 1;
      c.network.activation = "identity";
      c.network.relaxation = test::fixed({1.0});
      c.network.bias = test::fixed({0.0});
      const double singular = kind == SchemeKind::implicit_euler ? 1.0 : 2.0;
      c.kernel["advection"] = test::fixed({advection});
      c.kernel["diffusion"] = test::fixed({0.0});
      c.kernel["reaction"] = test::fixed({singular});
      for (const std::string& problem : problems_of(c))
        EXPECT_NE(problem.find("was not solved"), std::string::npos) << advection;
      c.kernel["reaction"] = test::fixed({0.9 * singular});
      for (const std::string& problem : problems_of(c)) EXPECT_EQ(problem, "") << advection;
    }
  }
}

/// Where a system is stiff, rounding leaves more of its right-hand side: it is solved all the same.
/// D multiplies a wave by 1 / (1 + 2 omega D (1 - cos k) / h^2).
TEST(ImplicitScheme, AStiffSystemIsSolved) {
  constexpr std::int64_t n = 32;
  Case c = test::small_case({n}, {test::periodic});
  c.network.scheme = SchemeKind::implicit_euler;
  c.network.layers = 1;
  c.network.activation = "identity";
  c.network.relaxation = test::fixed({1.0});
  c.network.bias = test::fixed({0.0});
  c.kernel["reaction"] = test::fixed({0.0});
  c.kernel["advection"] = test::fixed({0.0});
  for (const double D : {1e2, 1e4, 1e6}) {
    c.kernel["diffusion"] = test::fixed({D});
    const auto before = input_of(c), after = last_scheme_state(MPI_COMM_WORLD, c, 0.0);
    const auto wave = [&](const std::vector<double>& z) {
      double part = 0;
      for (std::int64_t i = 0; i < n; ++i)
        part += z[static_cast<std::size_t>(i)] *
                std::cos(2 * std::numbers::pi * static_cast<double>(i) / n);
      return part;
    };
    const double damping = 1 + 2 * D * (1 - std::cos(2 * std::numbers::pi / n));
    EXPECT_NEAR(damping * wave(after), wave(before), 1e-15 * D * std::abs(wave(before)) + 1e-12)
        << D;
  }
}

TEST(SchemeLayer, ExplicitSchemesAllocateNothing) {
  for (const auto& scheme : schemes) {
    if (is_implicit(scheme.kind)) continue;
    for (const auto normalisation : normalisations) {
      Case c = scheme_case(scheme.kind, normalisation, {12, 13}, {test::reflect, test::periodic});
      test::train_all(c, true, false);
      const Grid grid(MPI_COMM_WORLD, c.grid);
      Coefficients coefficients = test::random_coefficients(grid, c, 0.02);
      coefficients.fill_ghosts();
      Coefficients bar(grid, c, Coefficients::Content::gradients);
      SchemeLayer layer(grid, c.network,
                        std::make_unique<StencilOperator>(grid, stencil_kernel_of(grid, c)));
      const Layout& layout = layer.state_layout();
      Field z(layout), next(layout), lambda_next(layout), lambda(layout);
      z.fill(0.1);
      const std::array states{z.data(), next.data()};
      const std::array back{lambda_next.data(), lambda.data()};
      const auto there_and_back = [&] {
        layer.steps(coefficients.layer(0), {states, 1});
        layer.steps_transpose(coefficients.layer(0), {states, 1},
                              {std::span(back).subspan(0, 1), std::span(back).subspan(1, 1)},
                              bar.layer_bar(0));
      };
      there_and_back();
      [[maybe_unused]] const auto before = test::allocations();
      there_and_back();
#ifndef __SANITIZE_ADDRESS__
      EXPECT_EQ(test::allocations(), before) << text_of(c);
#endif
    }
  }
}

} // namespace
} // namespace nadir
