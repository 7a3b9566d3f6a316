#include "nadir/embed/problem.hpp"

#include "nadir/base/error.hpp"

#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace nadir {
namespace {

/// In a program that runs MPI and PETSc, as the tests do.
class ProblemTest : public testing::Test {
 protected:
  const Session session{MPI_COMM_WORLD};
};

constexpr double pi = 3.14159265358979323846;

const std::string ring = R"(
[grid]
shape = [24]
boundary = ["periodic"]
[network]
layers = 3
relaxation = 0.5
[kernel]
reaction = { init = 0.0 }
advection = { init = 0.0 }
diffusion = { init = 0.1 }
[training]
gradient_tolerance = 1e-10
)";

/// exp(i k x) of the ring on this rank, and what three layers with R, U, D make of it.
struct Wave {
  explicit Wave(const Box& box, double k, double R, double U, double D) {
    const double q = 2 * pi * k / 24;
    const double growth = 0.5 * (R - D * 2 * (1 - std::cos(q))), turn = -0.5 * U * std::sin(q);
    const double amplitude = std::pow(std::hypot(1 + growth, turn), 3);
    const double angle = 3 * std::atan2(turn, 1 + growth);
    for (std::int64_t i = 0; i < box.count[2]; ++i) {
      const double x = q * static_cast<double>(box.start[2] + i);
      before.push_back(std::cos(x));
      after.push_back(amplitude * std::cos(x + angle));
    }
  }
  std::vector<double> before, after;
};

struct Data {
  Data(const Box& box, double R, double U, double D) {
    for (const double k : {1.0, 3.0}) {
      const Wave wave(box, k, R, U, D);
      input.insert(input.end(), wave.before.begin(), wave.before.end());
      target.insert(target.end(), wave.after.begin(), wave.after.end());
    }
  }
  std::vector<double> input, target; ///< 2 samples
};

double number(Problem& problem, std::span<const double> x, const char* name) {
  return problem.parameter(x, name).at(0);
}

TEST_F(ProblemTest, LearnsFromArrays) {
  Problem problem(session, ring, {.samples = 2});
  const Data data(problem.box(), -0.1, 0.3, 0.2);
  problem.set_data(data.input, {data.target});
  EXPECT_EQ(problem.all_unknowns(), 3);
  std::vector<double> x = problem.start();
  ASSERT_EQ(std::ssize(x), problem.unknowns());
  EXPECT_EQ(number(problem, x, "diffusion"), 0.1);
  std::int64_t seen = 0;
  const TrainingResult result = problem.train(x, [&](const Iteration&) { ++seen; });
  EXPECT_TRUE(result.converged) << result.reason;
  EXPECT_EQ(seen, std::ssize(result.history));
  EXPECT_NEAR(number(problem, x, "reaction"), -0.1, 1e-8);
  EXPECT_NEAR(number(problem, x, "advection"), 0.3, 1e-8);
  EXPECT_NEAR(number(problem, x, "diffusion"), 0.2, 1e-8);
  const auto last = problem.states(x, 3);
  for (std::size_t i = 0; i < last.size(); ++i) EXPECT_NEAR(last[i], data.target[i], 1e-8);
  // A wave that it never saw.
  const Wave other(problem.box(), 2, -0.1, 0.3, 0.2);
  const auto predicted = problem.states(x, 3, other.before);
  for (std::size_t i = 0; i < predicted.size(); ++i)
    EXPECT_NEAR(predicted[i], other.after[i], 1e-8);
}

TEST_F(ProblemTest, ItsGradientIsTheSlopeOfItsLoss) {
  Problem problem(session, ring, {.samples = 2});
  const Data data(problem.box(), -0.1, 0.3, 0.2);
  problem.set_data(data.input, {data.target});
  std::vector<double> x = problem.start(), gradient(x.size());
  const double loss = problem.loss_and_gradient(x, gradient).loss();
  EXPECT_EQ(problem.loss(x).loss(), loss);
  EXPECT_GT(loss, 0);
  for (int k = 0; k < 3; ++k) { // all ranks take part; numbers are on rank 0
    constexpr double h = 1e-6;
    const auto at = [&](double step) {
      std::vector<double> moved = x;
      if (!moved.empty()) moved[static_cast<std::size_t>(k)] += step;
      return problem.loss(moved).loss();
    };
    const double slope = (at(h) - at(-h)) / (2 * h);
    if (!gradient.empty()) {
      EXPECT_NEAR(gradient[static_cast<std::size_t>(k)], slope, 1e-6 * std::abs(slope) + 1e-9);
    }
  }
}

TEST_F(ProblemTest, WhatWasNotObservedIsNotInTheLoss) {
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  Problem problem(session, ring, {.samples = 2});
  Data data(problem.box(), -0.1, 0.3, 0.2);
  std::vector<double> moved = data.target;
  for (std::size_t i = 0; i < moved.size(); i += 2) moved[i] = nothing;
  problem.set_data(data.input, {moved});
  std::vector<double> x = problem.start();
  EXPECT_TRUE(problem.train(x).converged);
  EXPECT_NEAR(number(problem, x, "advection"), 0.3, 1e-8);
}

TEST_F(ProblemTest, WeightsCountInTheLoss) {
  const auto loss_with = [&](double weight) {
    Problem problem(session, ring, {.samples = 2, .targets = {{.weight = weight}}});
    const Data data(problem.box(), -0.1, 0.3, 0.2);
    problem.set_data(data.input, {data.target});
    return problem.loss(problem.start()).loss();
  };
  EXPECT_EQ(loss_with(0.25), 0.25 * loss_with(1.0));
  Problem fit(session, ring, {.samples = 2, .targets = {{.weight = 4.0}}});
  EXPECT_EQ(fit.specification().data.targets[0].weight, 4.0);
}

TEST_F(ProblemTest, FieldsLieOnTheRanksOfTheirPoints) {
  std::string text = ring;
  text.replace(text.find("{ init = 0.1 }"), 14, "{ init = 0.1, varies = [\"space\"] }");
  Problem problem(session, text, {.samples = 2, .targets = {{.layer = 1}, {.weight = 0.5}}});
  const Data data(problem.box(), -0.1, 0.3, 0.2);
  problem.set_data(data.input, {data.input, data.target});
  EXPECT_EQ(problem.specification().data.targets[1].layer, 3);
  EXPECT_EQ(problem.all_unknowns(), 2 + 24);
  const auto x = problem.start();
  EXPECT_EQ(std::ssize(problem.parameter(x, "diffusion")), problem.box().points());
  EXPECT_EQ(problem.states(x, 0), data.input);
}

TEST_F(ProblemTest, WhatIsWrongIsSaid) {
  const auto problems_of = [&](const std::string& text, const DataShape& shape = {}) {
    try {
      const Problem problem(session, text, shape);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(problems_of(ring), "");
  EXPECT_NE(problems_of(ring + "rate = 1\n").find("case:14:1: training.rate: unknown key"),
            std::string::npos)
      << problems_of(ring + "rate = 1\n");
  const std::string target = "[data]\ntarget = { file = \"a.h5\", dataset = \"z\" }\n";
  EXPECT_NE(problems_of(ring + target).find("targets come from memory"), std::string::npos);
  EXPECT_NE(problems_of(ring, {.targets = {{.layer = 4}}}).find("layer 4 is beyond the 3"),
            std::string::npos);
  EXPECT_NE(problems_of(ring, {.samples = 0}).find("at least 1"), std::string::npos);
  Problem problem(session, ring);
  EXPECT_THROW(problem.start(), std::logic_error);
  std::vector<double> values(static_cast<std::size_t>(problem.box().points()), 1.0);
  EXPECT_THROW(problem.set_data(values, {}), std::logic_error);
  auto wrong = values;
  if (session.rank() == 0) wrong[0] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(problem.set_data(wrong, {values}), InputError);
  EXPECT_THROW(problem.set_data(values, {wrong}), InputError);
  problem.set_data(values, {values});
  EXPECT_THROW(problem.parameter(problem.start(), "width"), InputError);
  EXPECT_THROW(problem.states(problem.start(), 4), std::logic_error);
}

} // namespace
} // namespace nadir
