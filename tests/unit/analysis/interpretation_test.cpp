#include "nadir/analysis/interpretation.hpp"

#include "../support/matrices.hpp"

#include <gtest/gtest.h>

using namespace nadir;
using namespace nadir::test;

namespace {

InterpretationPlan plan_on(const Lattice& lattice, int order) {
  InterpretationPlan plan;
  plan.neurons.lattice = lattice;
  plan.neurons.dimension = lattice.dimension();
  plan.order = order;
  plan.units = "m";
  plan.weights = static_cast<double>(lattice.points() * lattice.points());
  plan.complete(farthest_distance(lattice));
  return plan;
}

bool holds(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

TEST(Interpretation, SaysWhatAnAdrMatrixDoes) {
  const Lattice lattice = closed_lattice({8, 6}, {0.5, 2.0});
  const auto weights = adr_matrix(lattice, [](const At& at) {
    KnownCoefficients c;
    c.R = -0.25;
    c.U = {0, 0.125, 0.1 * std::sin(static_cast<double>(at[2]))};
    c.D[1][1] = c.D[2][2] = 0.5;
    c.D[1][2] = 0.0625;
    return c;
  });
  const InterpretationPlan plan = plan_on(lattice, 3);
  const Interpretation found = interpret_kernel(plan, {lattice, weights}, nullptr);
  EXPECT_EQ(equation_latex(plan, found),
            "\\partial_t z = \\gamma\\,\\bigl[ - 0.25\\, z - U_{x}(q)\\,\\partial_{x} z - "
            "0.125\\,\\partial_{y} z + 0.5\\,\\partial_{x}^{2} z + "
            "0.125\\,\\partial_{y}\\partial_{x} z + 0.5\\,\\partial_{y}^{2} z - b \\bigr]");
  const std::string text = interpretation_text(plan, found);
  EXPECT_TRUE(holds(text, "R          reaction                 -0.25, decay")) << text;
  EXPECT_TRUE(holds(text, "U_y        advection                0.125 m, forwards")) << text;
  EXPECT_TRUE(holds(text, "D_xx       diffusion                0.5 m^2, smears")) << text;
  EXPECT_TRUE(holds(text, "an alias of lower orders, not learned")) << text;
  EXPECT_EQ(found.sufficient_order(), 2);
  EXPECT_EQ(found.effective_parameters, 5 + 48) << "five constants and a field";
  EXPECT_EQ(found.verdict, -1);
  EXPECT_EQ(found.reach, (std::vector<double>{1, 1}));
}

TEST(Interpretation, NamesWhatIsDivergentAndGivesNoNumber) {
  const Lattice ring = closed_lattice({200}, {1.0});
  const auto weights = ring_matrix(200, 1.0, [](double r) { return std::pow(1 + r * r, -1.5); });
  const InterpretationPlan plan = plan_on(ring, 3);
  const Interpretation found = interpret_kernel(plan, {ring, weights}, nullptr);
  EXPECT_EQ(found.states, (std::vector<double>{0, 0, 2, 2})) << "s = 3: |k| < 2";
  EXPECT_TRUE(std::isfinite(found.moments[200]));
  EXPECT_TRUE(std::isnan(found.moments[400]) && std::isnan(found.differences[400]));
  EXPECT_TRUE(std::isnan(found.explained[2]) && std::isnan(found.variance[0]));
  const std::string text = interpretation_text(plan, found);
  EXPECT_TRUE(holds(text, "D_xx       diffusion                does not exist")) << text;
  EXPECT_TRUE(holds(text, "a power law: only moments of an order below 2 exist")) << text;
  EXPECT_FALSE(holds(text, "nan")) << text;
}

TEST(Interpretation, OfPointsAnywhereThatOnlyScale) {
  InterpretationPlan plan;
  plan.neurons.coordinates = {0, 0, 1, 3, 2, 2, 5, 1};
  plan.neurons.dimension = 2;
  plan.order = 1;
  plan.weights = 16;
  plan.complete(farthest_distance(plan.neurons.coordinates, 2));
  std::vector<double> weights(16, 0.0);
  for (std::size_t i = 0; i < 4; ++i) weights[i * 5] = 1.5;
  const Interpretation found = interpret_points(plan, weights, nullptr);
  EXPECT_EQ(found.explained[0], 1);
  EXPECT_EQ(found.effective_parameters, 1) << "R = 0.5 everywhere";
  EXPECT_TRUE(std::isnan(found.explained[1]));
  EXPECT_TRUE(holds(interpretation_text(plan, found), "0.5, growth"));
}

/// The sum of its weights is -0.154: no density, whose drift would be 2.1.
TEST(Interpretation, ANegativeMassHasNoDrift) {
  const Lattice ring = closed_lattice({24}, {1.0});
  std::vector<double> weights(24 * 24, 0.0);
  for (std::size_t i = 0; i < 24; ++i) {
    weights[i * 24 + i] = -0.3;
    weights[i * 24 + (i + 1) % 24] = 0.235;
    weights[i * 24 + (i + 23) % 24] = -0.089;
  }
  const InterpretationPlan plan = plan_on(ring, 3);
  const Interpretation found = interpret_kernel(plan, {ring, weights}, nullptr);
  EXPECT_NEAR(found.mass, -0.154, 1e-15);
  for (const auto* of : {&found.drift, &found.variance, &found.effective_diffusion, &found.third})
    EXPECT_TRUE(of->size() == 1 && std::isnan(of->front()));
  EXPECT_TRUE(holds(interpretation_text(plan, found), "drift and variance are undefined"));
  for (double& w : weights) w = -w;
  EXPECT_NEAR(interpret_kernel(plan, {ring, weights}, nullptr).drift[0], -(-0.089 - 0.235) / 0.154,
              1e-12);
}

TEST(Interpretation, OfZerosNothingIsMadeUp) {
  const Lattice ring = closed_lattice({50}, {1.0});
  const std::vector<double> weights(2500, 0.0);
  const InterpretationPlan plan = plan_on(ring, 2);
  const RandomEnsemble ensemble = random_ensemble(MPI_COMM_SELF, 50, 5);
  const Interpretation found = interpret_kernel(plan, {ring, weights}, &ensemble);
  EXPECT_EQ(found.verdict, -1);
  EXPECT_TRUE(std::isnan(found.stable_rank) && std::isnan(found.kurtosis));
  EXPECT_TRUE(std::isnan(found.radius[0]) && std::isnan(found.absolute.back()));
  EXPECT_TRUE(std::isnan(found.drift[0]));
  const std::string text = interpretation_text(plan, found);
  for (const char* words : {"R          reaction                 -1, decay", "locality: undefined",
                            "random or not: undefined", "there is nothing of it to explain"})
    EXPECT_TRUE(holds(text, words)) << text;
  EXPECT_FALSE(holds(text, "nan")) << text;
}

} // namespace
