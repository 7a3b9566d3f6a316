#include "nadir/training/gradient_check.hpp"

#include "support/cases.hpp"
#include "support/taylor.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

/// The acceptance of theory, section 6, for every kernel form, boundary and dimension; run on 1, 2
/// and 3 ranks. At CI size every combination gets one of the ways parameters can vary, and those
/// that take long are checked on one rank and on either two or three; with NADIR_TEST_FULL all.
namespace nadir {
namespace {

struct Vary {
  bool space, layer;
};
constexpr std::array ways{Vary{true, true}, Vary{false, false}, Vary{true, false},
                          Vary{false, true}};

std::string describe(const Case& c, const Vary& way) {
  std::string text = std::to_string(c.grid.dimension()) + "-D, tensor " +
                     std::to_string(static_cast<int>(c.kernel.terms.front().tensor())) +
                     ", boundary";
  for (const auto& b : c.grid.boundary) text += " " + std::to_string(static_cast<int>(b.kind));
  text += ", " + c.kernel.type() + " of radius " + std::to_string(c.kernel.radius());
  if (is_galerkin(c)) text += ", basis of " + std::to_string(c.network.nodes) + " nodes";
  return text + ", activation " + std::string(c.network.activation->name) +
         (way.space ? ", space" : "") + (way.layer ? ", layer" : "") +
         (c.network.attractor ? ", attractor" : "");
}

void check_trained(const Case& c, const std::string& what) {
  const Grid grid(MPI_COMM_WORLD, c.grid, state_ghosts(c));
  const Observations observations = test::random_observations(grid, c, 2);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.03));
  GradientCheck check(grid, c, objective);
  VecHandle x = objective.initial_control();
  EXPECT_LE(check.transpose(x).difference, 1e-13) << what;
  for (const auto& taylor : test::taylor_checks(grid, c, objective, x)) {
    EXPECT_TRUE(taylor.passed()) << what << ", " << taylor.parameter << ": slope " << taylor.slope;
    // Only what J is quadratic in or less may lack a window.
    if (taylor.window < 0) {
      EXPECT_EQ(c.network.activation, "identity") << what;
    }
  }
  for (const auto& d : check.directions(x)) {
    EXPECT_TRUE(d.passed()) << what << ", " << d.parameter << ": 1 - cosine " << d.one_minus_cosine
                            << ", relative " << d.relative;
  }
}

void check_case(Case c, const Vary& way) {
  test::train_all(c, way.space, way.layer);
  if (c.kernel.with_parameter("diffusion"))
    c.kernel["diffusion"].penalty = {.l2 = 0.1, .h1 = 0.2, .tv = 0.05, .l1 = 0.05};
  check_trained(c, describe(c, way));
}

/// The same through the attractor, which does not depend on omega.
void check_attractor(Case c, bool space) {
  test::train_all(c, space, false);
  c.network.relaxation = test::fixed({0.6});
  c.network.bias.varies_space = true; // where all is uniform, U and D have no derivative
  c.network.attractor = true;
  c.network.layers = 1;
  c.data.targets[0].layer = 1;
  check_trained(c, describe(c, {space, false}));
}

bool full_size() { return std::getenv("NADIR_TEST_FULL") != nullptr; }

/// Whether a combination's turn is one for this number of ranks; three get fewer than two, because
/// test machines have but two cores.
bool takes_part(std::size_t turn) {
  int ranks = 1;
  check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &ranks));
  const bool of_three = turn / ways.size() % 3 == 0;
  return full_size() || ranks == 1 || of_three == (ranks == 3);
}

TEST(Gradient, EveryFormBoundaryAndDimension) {
  const std::vector<std::vector<std::int64_t>> shapes{{13}, {7, 6}, {5, 4, 6}};
  std::size_t turn = 0;
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      for (const auto tensor :
           {DiffusionTensor::isotropic, DiffusionTensor::diagonal, DiffusionTensor::full}) {
        const Case c = test::small_case(shape, boundary, tensor);
        ++turn;
        for (std::size_t w = 0; w < ways.size(); ++w) {
          if (full_size() || w == turn % ways.size()) check_case(c, ways[w]);
        }
      }
    }
  }
}

std::vector<Case> family_cases(const std::vector<std::int64_t>& shape,
                               const std::vector<BoundarySpec>& boundary,
                               std::int64_t longest = 3) {
  std::vector<Case> cases;
  const std::vector<std::int64_t> orders =
      shape.size() < 3 ? std::vector<std::int64_t>{3, 5} : std::vector<std::int64_t>{4};
  for (const auto order : orders) cases.push_back(test::moment_case(shape, boundary, order));
  for (const std::int64_t radius : {1, 2})
    cases.push_back(test::stencil_case(shape, boundary, radius));
  const std::int64_t reach = shape.size() < 3 ? longest : 1;
  cases.push_back(test::gaussian_case(shape, boundary, reach));
  cases.push_back(test::power_law_case(shape, boundary, reach));
  cases.push_back(test::sum_case(shape, boundary, 2));
  cases.push_back(test::two_gaussians_case(shape, boundary, reach));
  return cases;
}

TEST(Gradient, EveryFamilyBoundaryAndDimension) {
  const std::vector<std::vector<std::int64_t>> shapes{{13}, {9, 6}, {5, 4, 6}};
  std::size_t turn = 0;
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      for (const Case& c : family_cases(shape, boundary)) {
        ++turn;
        for (std::size_t w = 0; w < ways.size(); ++w) {
          const bool few = shape.size() < 3 || test::components_of(c, "weights") < 100;
          if (full_size() || (few && w == turn % ways.size())) check_case(c, ways[w]);
        }
      }
    }
  }
}

TEST(Gradient, EveryBasisBoundaryAndDimension) {
  const std::vector<std::vector<std::int64_t>> shapes{{13}, {9, 10}, {9, 4, 6}};
  std::size_t turn = 0;
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::galerkin_boundaries(shape.size())) {
      for (const auto basis : {Basis::hat, Basis::cubic_spline}) {
        if (!takes_part(++turn)) continue;
        const auto nodes = static_cast<std::int64_t>(2 + turn % 4);
        const Case c = test::galerkin_case(shape, boundary, basis, shape.size() < 3 ? nodes : 2);
        for (std::size_t w = 0; w < ways.size(); ++w)
          if (full_size() || w == turn % ways.size()) check_case(c, ways[w]);
      }
    }
  }
}

TEST(Gradient, EveryBasisWithKernelsThatKnowDistances) {
  std::size_t turn = 0;
  for (const auto& shape : {std::vector<std::int64_t>{15}, {12, 5}}) {
    for (const auto& boundary : test::galerkin_boundaries(shape.size())) {
      for (const auto basis : {Basis::hat, Basis::cubic_spline}) {
        ++turn;
        const Case c = test::galerkin_radial_case(shape, boundary, basis, 2, turn / 2 % 2 == 0);
        for (std::size_t w = 0; w < ways.size(); ++w)
          if (full_size() || w == turn % ways.size()) check_case(c, ways[w]);
      }
    }
  }
}

TEST(Gradient, EveryActivation) {
  std::size_t turn = 0;
  for (const Activation f : Activation::all()) {
    Case c = test::small_case({7, 6}, {test::reflect, test::periodic});
    c.network.activation = f;
    c.data.targets.emplace_back(c.data.targets[0]).layer = 1;
    check_case(c, ways[turn++ % ways.size()]);
  }
}

TEST(Gradient, ThroughTheAttractorOfEveryFamilyAndBoundary) {
  const std::vector<std::vector<std::int64_t>> shapes{{13}, {9, 6}};
  std::size_t turn = 0;
  for (const auto& shape : shapes) {
    for (const auto& boundary : test::boundary_choices(shape.size())) {
      if (!takes_part(++turn)) continue;
      std::vector<Case> cases = family_cases(shape, boundary, 2);
      cases.push_back(test::small_case(shape, boundary, DiffusionTensor::full));
      for (std::size_t k = 0; k < cases.size(); ++k) {
        for (const bool space : {true, false})
          if (full_size() || (k == turn % cases.size() && space == (turn % 2 == 0)))
            check_attractor(cases[k], space);
      }
    }
  }
}

/// The checker itself: a gradient that is off by one part in a thousand is found, by both tests.
TEST(Gradient, AWrongGradientIsFound) {
  Case c = test::small_case({7, 6}, {test::periodic, test::reflect});
  c.kernel["diffusion"] = test::trained({0.08}, true, false);
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Observations observations = test::random_observations(grid, c, 1);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  GradientCheck check(grid, c, objective);
  VecHandle x = objective.initial_control();
  EXPECT_TRUE(check.taylor(x)[0].passed());
  EXPECT_TRUE(check.directions(x)[0].passed());
  check.check_instead([&](Vec at, Vec gradient) {
    const double loss = objective.value_and_gradient(at, gradient).loss();
    check_petsc(VecScale(gradient, 1.001));
    return loss;
  });
  EXPECT_FALSE(check.taylor(x)[0].passed());
  EXPECT_FALSE(check.directions(x)[0].passed());
}

/// A weak signal's gradient is judged at steps long enough to stand above rounding.
TEST(Gradient, AWeakSignalIsJudgedToo) {
  Case c = test::small_case({32}, {test::periodic});
  c.kernel["diffusion"] = test::trained({0.08}, false, false);
  c.network.bias = test::fixed({0.0});
  const Grid grid(MPI_COMM_WORLD, c.grid);
  Observations observations = test::random_observations(grid, c, 1);
  for (double& z : observations.input) z *= 1e-4;
  for (double& y : observations.targets[0].y) y = 3.0;
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  GradientCheck check(grid, c, objective);
  VecHandle x = objective.initial_control();
  EXPECT_TRUE(check.taylor(x)[0].passed());
  EXPECT_TRUE(check.directions(x)[0].passed());
}

/// Finite and exact through ten thousand layers (two parameters, one direction each).
TEST(Gradient, TenThousandLayers) {
  Case c = test::small_case({9}, {test::periodic});
  c.network.layers = 10000;
  c.network.relaxation = test::fixed({1e-3});
  c.network.bias = test::trained({0.01}, true, false);
  c.kernel["reaction"] = test::trained({0.1}, false, false);
  c.data.targets[0].layer = c.network.layers;
  const Grid grid(MPI_COMM_WORLD, c.grid);
  const Observations observations = test::random_observations(grid, c, 1);
  Objective objective(grid, c, observations, test::random_coefficients(grid, c, 0.0));
  GradientCheck check(grid, c, objective);
  VecHandle x = objective.initial_control();
  for (const auto& d : check.directions(x)) {
    EXPECT_LE(d.relative, DirectionCheck::relative_tolerance) << d.parameter;
    EXPECT_GT(std::abs(d.adjoint[0]), 0.0);
  }
}

} // namespace
} // namespace nadir
