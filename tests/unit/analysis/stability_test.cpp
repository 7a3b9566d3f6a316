#include "nadir/analysis/stability.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

Stability stability(const Case& c, double amplitude = 0.0) {
  const Grid grid(MPI_COMM_WORLD, c.grid);
  return stability_of(grid, c, test::random_coefficients(grid, c, amplitude));
}

Case linear_case() {
  Case c = test::small_case({8, 9}, {test::periodic, test::reflect});
  c.grid.spacing = {1.0, 0.5};
  c.network.relaxation = test::fixed({0.5});
  c.network.bias = c.kernel["reaction"] = test::fixed({0.0});
  c.kernel["advection"] = test::fixed({0.2, 0.1});
  c.kernel["diffusion"] = test::fixed({0.05});
  return c;
}

TEST(Stability, NumbersOfConstantCoefficients) {
  const Stability s = stability(linear_case());
  EXPECT_NEAR(s.diffusive, 2 * 0.5 * 0.05 * (1 + 4), 1e-15);
  EXPECT_NEAR(s.advective, 0.5 * (0.04 + 0.01) / (2 * 0.05), 1e-15);
  EXPECT_FALSE(s.maximum_principle); // |U_y| Delta_y > 2 D
}

/// A full tensor as the adr family and as that of order 2, which is judged by its table.
TEST(Stability, FamiliesAgreeOnTheAmplification) {
  Case c = test::small_case({8, 9}, {test::periodic, test::reflect}, DiffusionTensor::full);
  c.grid.spacing = {1.0, 0.5};
  c.network.relaxation = test::trained({0.5}, true, true);
  c.kernel["advection"] = test::trained({0.2, 0.1}, false, true);
  c.kernel["diffusion"] = test::trained({0.4, 0.1, 0.2}, true, false);
  const Stability adr = stability(c, 0.05);
  test::set_kernel(c, {"moment"});
  c.kernel.set_option("order", 2);
  const Stability moment = stability(c, 0.05);
  EXPECT_GT(adr.amplification, 1.0);
  EXPECT_NEAR(moment.amplification, adr.amplification, 1e-12 * adr.amplification);
  EXPECT_EQ(moment.omega_max, adr.omega_max);
}

TEST(Stability, AStencilIsJudgedByItsSymbol) {
  Case c = test::stencil_case({9}, {test::periodic}, 1);
  c.network.relaxation = test::fixed({1.0});
  c.kernel["weights"] = test::fixed({0.5, -0.75, 0.25}); // largest at the checkerboard
  const Stability s = stability(c);
  EXPECT_NEAR(s.amplification, 1.5, 1e-14);
  EXPECT_NE(stability_text(s).find("some waves grow"), std::string::npos);
}

TEST(Stability, AdvectionWithoutDiffusionIsUnstable) {
  Case c = linear_case();
  c.kernel["diffusion"] = test::fixed({0.0});
  EXPECT_TRUE(std::isinf(stability(c).advective));
  EXPECT_NE(stability_text(stability(c)).find("U without D"), std::string::npos);
}

TEST(Stability, NegativeDiffusionIsUnstableWhateverTheOtherAxisDoes) {
  Case c = test::small_case({8, 9}, {test::periodic, test::periodic}, DiffusionTensor::diagonal);
  c.kernel["advection"] = test::fixed({0.0, 0.0});
  c.kernel["diffusion"] = test::fixed({-0.1, 0.3});
  EXPECT_TRUE(std::isinf(stability(c).diffusive));
  EXPECT_NE(stability_text(stability(c)).find("negative"), std::string::npos);
}

/// omega U^2 / (2 D) = 1.05: it is the long waves along y that grow.
TEST(Stability, AFullTensorShowsTooMuchAdvection) {
  Case c = test::small_case({8, 9}, {test::periodic, test::periodic}, DiffusionTensor::full);
  c.grid.spacing = {1.0, 1.0};
  c.network.relaxation = test::fixed({1.0});
  c.network.bias = c.kernel["reaction"] = test::fixed({0.0});
  c.kernel["advection"] = test::fixed({0.648, 0.0});
  c.kernel["diffusion"] = test::fixed({0.2, 0.0, 0.2});
  EXPECT_GT(stability(c).amplification, 1.0 + 1e-6);
}

TEST(Stability, MaximumPrincipleNeedsItsConditions) {
  Case c = linear_case();
  c.kernel["advection"] = test::fixed({0.05, 0.05});
  EXPECT_TRUE(stability(c).maximum_principle);
  c.grid.boundary[1] = test::value_of(0.4);
  EXPECT_FALSE(stability(c).maximum_principle);
}

/// Pure diffusion with a full tensor: the worst wave is the checkerboard along both axes.
TEST(Stability, AmplificationOfAFullTensor) {
  Case c = test::small_case({8, 9}, {test::periodic, test::periodic}, DiffusionTensor::full);
  c.grid.spacing = {1.0, 1.0};
  c.network.relaxation = test::fixed({1.0});
  c.network.bias = c.kernel["reaction"] = test::fixed({0.0});
  c.kernel["advection"] = test::fixed({0.0, 0.0});
  c.kernel["diffusion"] = test::fixed({0.4, 0.1, 0.4});
  const Stability s = stability(c);
  EXPECT_TRUE(s.full_tensor);
  EXPECT_NEAR(s.amplification, std::abs(1 - 4 * (0.4 + 0.4)),
              1e-12); // sin vanishes there: no mixed part
}

/// Advection without diffusion: Heun's method and explicit Euler amplify it, the others do not.
TEST(Stability, OtherSchemesAreJudgedByTheirFactors) {
  Case c = test::small_case({9}, {test::periodic});
  c.network.relaxation = test::fixed({0.5});
  c.network.bias = c.kernel["reaction"] = c.kernel["diffusion"] = test::fixed({0.0});
  c.kernel["advection"] = test::fixed({1.2});
  const auto largest = [&](SchemeKind scheme) {
    c.network.scheme = scheme;
    return stability(c).amplification;
  };
  EXPECT_NEAR(largest(SchemeKind::implicit_euler), 1, 1e-15);
  EXPECT_NEAR(largest(SchemeKind::crank_nicolson), 1, 1e-15);
  EXPECT_NEAR(largest(SchemeKind::rk2), std::sqrt(1 + std::pow(0.6, 4) / 4), 1e-14);
  EXPECT_NEAR(largest(SchemeKind::rk4), 1, 1e-15);
  EXPECT_TRUE(std::isinf((largest(SchemeKind::explicit_euler), stability(c).advective)));
}

TEST(Stability, OverRelaxationIsOfExplicitEuler) {
  Case c = linear_case();
  c.network.relaxation = test::fixed({1.5});
  EXPECT_NE(stability_text(stability(c)).find("over-relaxation"), std::string::npos);
  c.network.scheme = SchemeKind::implicit_euler;
  EXPECT_EQ(stability_text(stability(c)).find("over-relaxation"), std::string::npos);
  c.network.normalisation = Normalisation::project;
  EXPECT_NE(stability_text(stability(c)).find("without the normalisation"), std::string::npos);
}

TEST(Stability, TakesTheWorstPointOfAllRanks) {
  Case c = linear_case();
  c.kernel["diffusion"] = test::trained({0.05}, true, true);
  const Stability together = stability(c, 0.02);
  EXPECT_GT(together.diffusive, 2 * 0.5 * 0.05 * 5);
  EXPECT_LT(together.diffusive, 2 * 0.52 * 0.07 * 5); // omega is drawn too
}

} // namespace
} // namespace nadir
