#include "support/tao_steps.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

/// The first step has the length alpha, whatever the gradient; the second follows by hand.
TEST(Adam, FollowsItsAlgorithm) {
  TrainingSpec training;
  training.optimizer = "adam";
  training.options["learning_rate"] = 0.1;
  training.options["adam_epsilon"] = 1e-14; // of a loss of 6 on each rank
  EXPECT_NEAR(test::last_entry(training, 1), 1.9, 1e-12);
  const double m = (0.9 * 0.1 * 2.0 + 0.1 * 1.9) / (1 - 0.81);
  const double v = (0.999 * 0.001 * 4.0 + 0.001 * 3.61) / (1 - 0.999 * 0.999);
  EXPECT_NEAR(test::last_entry(training, 2), 1.9 - 0.1 * m / std::sqrt(v), 1e-12);
}

} // namespace
} // namespace nadir
