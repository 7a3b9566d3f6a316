#include "nadir/kernel/layer_sweep.hpp"

#include "nadir/kernel/adr.hpp"

#include "nadir/base/hashed_random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace nadir {
namespace {

/// A 1-D line longer than one segment, with ghosts.
struct Line {
  static constexpr int n = segment_points + 37;
  std::vector<double> z = std::vector<double>(n + 2), next = std::vector<double>(n + 2);
  Line() {
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = hashed_number(5, i);
  }
  FieldView from() const { return {z.data() + 1, {}}; }
  MutableFieldView to() { return {next.data() + 1, {}}; }
};

Box line_box(std::int64_t start, std::int64_t count) {
  Box box;
  box.start[2] = start;
  box.count[2] = count;
  return box;
}

LayerCoefficients constant_coefficients() {
  LayerCoefficients c;
  c.theta[0].number = -0.1;
  c.theta[1].number = 0.2;
  c.theta[2].number = 0.3;
  c.b.number = 0.05;
  c.omega.number = 0.7;
  return c;
}

TEST(LayerSweep, IsTheRelaxationFormula) {
  const auto kernel = make_adr_kernel(1, DiffusionTensor::isotropic, {1, 1, 0.5});
  LayerSweep sweep(*kernel, "tanh");
  for (const auto& [omega, b] : {std::pair(0.7, 0.05), {1.0, 0.05}, {1.0, 0.0}, {0.7, 0.0}}) {
    LayerCoefficients coefficients = constant_coefficients();
    coefficients.omega.number = omega;
    coefficients.b.number = b;
    sweep.set_coefficients(coefficients);
    Line line;
    ASSERT_TRUE(sweep.forward(line_box(0, Line::n), line.from(), line.to()));
    for (const std::size_t i : {std::size_t{1}, std::size_t{300}, std::size_t{Line::n}}) {
      const double* z = &line.z[i];
      const double Z =
          0.9 * z[0] - 0.2 * (z[1] - z[-1]) / (2 * 0.5) + 0.3 * (z[1] - 2 * z[0] + z[-1]) / 0.25;
      EXPECT_NEAR(line.next[i], (1 - omega) * z[0] + omega * std::tanh(Z - b), 1e-15);
    }
  }
}

/// Where a sweep starts and how it is cut into boxes leaves no trace in a single bit.
TEST(LayerSweep, PiecesGiveTheSameBits) {
  const auto kernel = make_adr_kernel(1, DiffusionTensor::isotropic, {1, 1, 0.5});
  LayerSweep sweep(*kernel, "gelu");
  sweep.set_coefficients(constant_coefficients());
  Line whole, pieces;
  ASSERT_TRUE(sweep.forward(line_box(0, Line::n), whole.from(), whole.to()));
  for (std::int64_t start = 0, length = 1; start < Line::n; start += length, ++length) {
    length = std::min<std::int64_t>(length, Line::n - start);
    ASSERT_TRUE(sweep.forward(line_box(start, length), pieces.from(), pieces.to()));
  }
  EXPECT_EQ(whole.next, pieces.next);
}

TEST(LayerSweep, SaysWhenAValueIsNotFinite) {
  const auto kernel = make_adr_kernel(1, DiffusionTensor::isotropic, {1, 1, 1});
  LayerSweep sweep(*kernel, "square");
  sweep.set_coefficients(constant_coefficients());
  for (const double bad : {1e200, std::numeric_limits<double>::quiet_NaN()}) {
    Line line;
    line.z[500] = bad;
    EXPECT_FALSE(sweep.forward(line_box(0, Line::n), line.from(), line.to()));
  }
}

TEST(LayerSweep, NumbersOfOneLayerDoNotStayForTheNext) {
  const auto kernel = make_adr_kernel(1, DiffusionTensor::isotropic, {1, 1, 1});
  LayerSweep sweep(*kernel, "identity");
  Line line;
  sweep.set_coefficients(constant_coefficients());
  ASSERT_TRUE(sweep.forward(line_box(0, Line::n), line.from(), line.to()));
  LayerCoefficients identity;
  identity.omega.number = 1.0;
  sweep.set_coefficients(identity);
  ASSERT_TRUE(sweep.forward(line_box(0, Line::n), line.from(), line.to()));
  for (std::size_t i = 1; i <= Line::n; ++i) ASSERT_EQ(line.next[i], line.z[i]);
}

} // namespace
} // namespace nadir
