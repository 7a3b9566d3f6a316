#include "nadir/kernel/radial.hpp"

#include "support/rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

namespace nadir {
namespace {

using test::RandomRows;

const std::array<double, 3> radial_spacings{0.5, 1.25, 0.8};

/// A family, its shape's range, and W_r and its derivatives by the book, of theta.
struct Known {
  RadialFamily family;
  std::vector<std::array<double, 2>> shape; ///< low, high
  std::function<double(double square, int d, double volume, const std::vector<double>& theta)>
      weight;
  std::function<double(double square, int d, const std::vector<double>& theta, std::size_t c)>
      slope; ///< d log W / d theta_c
};

std::vector<Known> known_families() {
  const auto gaussian = [](double square, int d, double volume, const std::vector<double>& t) {
    return t[0] * volume / std::pow(t[1] * std::sqrt(2 * std::numbers::pi), d) *
           std::exp(-square / (2 * t[1] * t[1]));
  };
  const auto gaussian_slope = [](double square, int d, const std::vector<double>& t,
                                 std::size_t c) {
    return c == 0 ? 1 / t[0] : square / std::pow(t[1], 3) - d / t[1];
  };
  const auto power_law = [](double square, int, double volume, const std::vector<double>& t) {
    return t[0] * volume * std::pow(1 + square / (t[1] * t[1]), -t[2] / 2);
  };
  const auto power_law_slope = [](double square, int, const std::vector<double>& t, std::size_t c) {
    const double u = square / (t[1] * t[1]);
    return c == 0 ? 1 / t[0] : c == 1 ? t[2] * u / (1 + u) / t[1] : -0.5 * std::log1p(u);
  };
  return {{gaussian_profile(), {{0.4, 1.5}}, gaussian, gaussian_slope},
          {power_law_profile(), {{0.4, 1.5}, {3.5, 5.5}}, power_law, power_law_slope}};
}

/// theta, z and Z_bar as fields; `numbers`: the first of theta's values is its only one.
struct Rows {
  Rows(const Known& known, const std::vector<bool>& numbers) : fields(known.shape.size() + 3) {
    for (std::size_t s = 0; s < known.shape.size(); ++s)
      fields.spread(1 + s, known.shape[s][0], known.shape[s][1]);
    for (std::size_t c = 0; c <= known.shape.size(); ++c) {
      number_rows.emplace_back(RandomRows::n, fields.point(c)[0]);
      number.push_back(numbers[c]);
    }
    for (std::size_t c = 0; c <= known.shape.size(); ++c)
      theta.push_back(number[c] ? Row{number_rows[c].data(), {}} : fields.row(c));
    z = fields.row(theta.size());
    g = fields.row(theta.size() + 1);
  }
  std::vector<double> theta_at(std::ptrdiff_t i) const {
    std::vector<double> values;
    for (std::size_t c = 0; c < theta.size(); ++c)
      values.push_back(number[c] ? number_rows[c][0] : fields.point(c)[i]);
    return values;
  }

  RandomRows fields;
  std::vector<std::vector<double>> number_rows;
  std::vector<bool> number;
  std::vector<Row> theta;
  Row z, g;
};

double square_of(const std::array<int, 3>& offset) {
  double sum = 0;
  for (std::size_t a = 0; a < 3; ++a) sum += std::pow(offset[a] * radial_spacings[a], 2);
  return sum;
}

/// W z, W^T g and the gradient point by point, wherever the coefficients vary.
TEST(RadialKernel, IsTheSumOverItsNeighbours) {
  for (const Known& known : known_families()) {
    for (int d = 1; d <= 3; ++d) {
      const auto stencil = radial_stencil(d, d < 3 ? 4 : 2, radial_spacings);
      const auto kernel = known.family.kernel(stencil);
      const std::size_t count = known.shape.size() + 1;
      ASSERT_EQ(kernel->coefficients(), static_cast<int>(count));
      for (std::size_t which = 0; which < (1U << count); ++which) {
        std::vector<bool> numbers;
        for (std::size_t c = 0; c < count; ++c) numbers.push_back(which >> c & 1U);
        const Rows rows(known, numbers);
        std::vector<double> Z(RandomRows::n), back(RandomRows::n, 0.25), once(RandomRows::n);
        std::vector<std::vector<double>> bars(count, std::vector<double>(RandomRows::n, 0.5));
        std::vector<MutableRow> bar_rows;
        for (auto& bar : bars) bar_rows.push_back({bar.data(), {}});
        kernel->apply(rows.z, rows.theta.data(), RandomRows::n, Z.data());
        kernel->add_transpose(rows.g, rows.theta.data(), RandomRows::n, back.data());
        kernel->apply_transpose(rows.g, rows.theta.data(), RandomRows::n, once.data());
        kernel->add_gradient(rows.z, rows.theta.data(), rows.g.data, RandomRows::n,
                             bar_rows.data());
        for (std::ptrdiff_t i = 0; i < RandomRows::n; ++i) {
          double value = 0, transposed = 0;
          std::vector<double> slopes(count, 0.0);
          for (const auto& offset : stencil.offsets) {
            const std::ptrdiff_t step = RandomRows::distance(offset);
            const double square = square_of(offset);
            const auto theta = rows.theta_at(i);
            const double w = known.weight(square, d, stencil.volume, theta);
            value += w * rows.z.data[i + step];
            for (std::size_t c = 0; c < count; ++c)
              slopes[c] += w * known.slope(square, d, theta, c) * rows.z.data[i + step];
            transposed += known.weight(square, d, stencil.volume, rows.theta_at(i - step)) *
                          rows.g.data[i - step];
          }
          const auto at = static_cast<std::size_t>(i);
          EXPECT_NEAR(Z[at], value, 2e-14);
          EXPECT_NEAR(back[at], 0.25 + transposed, 2e-14);
          EXPECT_NEAR(once[at], transposed, 2e-14);
          for (std::size_t c = 0; c < count; ++c)
            EXPECT_NEAR(bars[c][at], 0.5 + rows.g.data[i] * slopes[c], 1e-13);
        }
      }
    }
  }
}

/// Beyond the grid Z_bar is 0 and there are no shapes: nothing comes from there.
TEST(RadialKernel, TakesNothingFromBeyondTheGrid) {
  for (const Known& known : known_families()) {
    const auto kernel = known.family.kernel(radial_stencil(1, 2, radial_spacings));
    std::vector<double> g{0, 0, 0, 1, 0, 0, 0}, zero(7, 0.0), back(1);
    std::vector<std::vector<double>> theta(known.shape.size() + 1, std::vector<double>(7, 0.0));
    std::vector<Row> rows;
    for (auto& each : theta) {
      each[3] = 1.5;
      rows.push_back({each.data() + 4, {7, 7}});
    }
    kernel->apply_transpose({g.data() + 4, {7, 7}}, rows.data(), 1, back.data());
    std::vector<double> at(theta.size(), 1.5);
    EXPECT_NEAR(back[0], known.weight(0.64, 1, 0.8, at), 1e-15);
  }
}

/// The weights of a table, and how near they are to the true ones.
TEST(RadialKernel, TablesAreExactToAFewUlps) {
  for (const Known& known : known_families()) {
    const auto stencil = radial_stencil(2, 30, radial_spacings);
    const StencilTable table = radial_table_of(known.family, stencil);
    std::vector<double> theta{0.7, 1.3};
    if (known.shape.size() > 1) theta.push_back(4.2);
    EXPECT_EQ(table.coefficients, theta.size());
    const auto weights = table.weights_of(theta);
    ASSERT_EQ(weights.size(), stencil.shells());
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const double expected = known.weight(stencil.square[k], 2, stencil.volume, theta);
      // exp(-y) has y times the rounding of y.
      const double y = 1 + std::abs(std::log(expected));
      EXPECT_NEAR(weights[k], expected, 3e-16 * y * expected + 1e-300) << stencil.square[k];
    }
  }
}

} // namespace
} // namespace nadir
