#include "nadir/kernel/coefficient_rows.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace nadir {
namespace {

/// theta[0] a number, theta[1] a field, b a field, omega a number.
struct Example {
  Example() : field(60), bias(60), theta_bar(60) {
    std::iota(field.begin(), field.end(), 0.0);
    std::iota(bias.begin(), bias.end(), 100.0);
    coefficients.theta[0].number = 0.25;
    coefficients.theta[1] = {.field = field.data(), .stride = {20, 5}};
    coefficients.b = {.field = bias.data(), .stride = {20, 5}};
    coefficients.omega.number = 1.0;
    gradient.theta[0].sum = &sum;
    gradient.theta[1] = {.field = theta_bar.data(), .stride = {20, 5}};
    rows.set_coefficients(coefficients);
    rows.set_gradient(gradient);
  }
  std::vector<double> field, bias, theta_bar;
  ReproducibleSum sum;
  LayerCoefficients coefficients;
  LayerGradient gradient;
  CoefficientRows rows{2};
};

TEST(CoefficientRows, NumbersAndFieldsAreRowsAlike) {
  Example e;
  const RowPlace at{1, 2, 3};
  const Row* theta = e.rows.theta(at);
  for (int i = 0; i < segment_points; ++i) EXPECT_EQ(theta[0].data[i], 0.25);
  EXPECT_EQ(theta[0].data[-1], 0.25); // a neighbour
  EXPECT_EQ(theta[1].data, e.field.data() + 33);
  EXPECT_EQ(e.rows.row(e.rows.b(), at).data[1], 134);
  EXPECT_EQ(e.rows.row(e.rows.omega(), at).data[7], 1.0);
  EXPECT_TRUE(e.rows.is_number(e.rows.omega(), 1.0));
  EXPECT_FALSE(e.rows.is_number(e.rows.omega(), 0.5));
  EXPECT_FALSE(e.rows.is_number(e.rows.b(), 0.0));
  EXPECT_TRUE(e.rows.is_field(1));
  EXPECT_EQ(e.coefficients.theta[1].at(1, 2, 3), 33);
  EXPECT_EQ(e.coefficients.theta[0].at(1, 2, 3), 0.25);
  e.coefficients.theta[0].number = -3;
  e.rows.set_coefficients(e.coefficients);
  EXPECT_EQ(e.rows.theta(at)[0].data[5], -3);
}

TEST(CoefficientRows, DerivativesGoToFieldsAndSums) {
  Example e;
  for (int turn = 0; turn < 2; ++turn) {
    const MutableRow* bar = e.rows.theta_bar({0, 1, 0}, 3);
    for (int i = 0; i < 3; ++i) {
      bar[0].data[i] += i + 1;
      bar[1].data[i] += 10;
    }
    e.rows.add_sums(3, e.rows.theta_count());
  }
  EXPECT_EQ(e.sum.value(), 12);
  EXPECT_EQ(e.theta_bar[5], 20);
  EXPECT_EQ(e.theta_bar[7], 20);
  EXPECT_EQ(e.theta_bar[8], 0);
  EXPECT_EQ(e.rows.bar(e.rows.b(), {0, 0, 0}, 3).data, nullptr); // not wanted
}

} // namespace
} // namespace nadir
