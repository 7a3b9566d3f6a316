#include "nadir/plan/plan.hpp"

#include "support/workloads.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(PlanProblems, SaysWhatRanksCannotShare) {
  Workload w = test::small_workload({5});
  EXPECT_FALSE(grid_problem(w, 5));
  EXPECT_EQ(grid_problem(w, 8)->text,
            "8 ranks are too many for this grid; the largest usable count is 5");
  w.wishes.sample_groups = 2;
  EXPECT_EQ(grid_problem(w, 3)->text, "2 groups cannot share 3 ranks evenly");
  EXPECT_EQ(grid_problem(w, 3)->key, "run.sample_groups");
  EXPECT_EQ(groups_problem(w, 4)->text, "1 samples are too few for 2 groups; use 1 or less");
  w.samples = 2;
  EXPECT_FALSE(groups_problem(w, 4));
}

TEST(PlanProblems, SaysOnHowManyRanksItWouldFit) {
  Workload w = test::small_workload({4096, 4096});
  test::train_all(w, true, false);
  w.purpose = Purpose::train;
  w.layers = 2; // whose states are all held
  const double needed = plan(w, {}).memory.total();
  const Machine machine{.ranks = 1, .memory_per_rank = needed / 5};
  const auto problem = memory_problem(w, machine, plan(w, machine));
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->key, "grid.shape");
  EXPECT_NE(problem->text.find("it fits on "), std::string::npos) << problem->text;
  const auto at = problem->text.find("it fits on ") + 11;
  const int enough = std::stoi(problem->text.substr(at));
  EXPECT_GE(enough, 5);
  EXPECT_LE(plan(w, {.ranks = enough}).memory.total(), machine.memory_per_rank);
  w.wishes.memory = 1; // fewer than three states
  w.layers = 100;
  EXPECT_EQ(memory_problem(w, {}, plan(w, {}))->key, "run.memory");
}

TEST(PlanProblems, NobodyWaitsAHundredTimesAsLong) {
  Workload w = test::small_workload({64, 64});
  w.layers = 1'000'000;
  Plan three = plan(w, {});
  three.states.keep_all = false;
  three.states.reversal = plan_revolve(w.layers, std::int64_t{3});
  three.memory = {};
  const auto problem = memory_problem(w, {}, three);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->key, "network.layers");
  EXPECT_EQ(problem->text.substr(0, 19), "only 3 of their sta");
  w.purpose = Purpose::forward;
  EXPECT_FALSE(memory_problem(w, {}, three));
}

} // namespace
} // namespace nadir
