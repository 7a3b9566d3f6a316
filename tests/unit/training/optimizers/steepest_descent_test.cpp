#include "support/tao_steps.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

TEST(SteepestDescent, ShrinksByOneMinusAlpha) {
  TrainingSpec training;
  training.optimizer = "steepest-descent";
  training.options["learning_rate"] = 0.25;
  EXPECT_DOUBLE_EQ(test::last_entry(training, 4), 2.0 * std::pow(0.75, 4));
}

} // namespace
} // namespace nadir
