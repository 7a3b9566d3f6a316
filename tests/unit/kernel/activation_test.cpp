#include "nadir/kernel/activation.hpp"

#include "nadir/base/instruction_set.hpp"
#include "nadir/input/activations.hpp"

#include "support/instruction_sets.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

namespace nadir {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Evaluated {
  std::vector<double> value, derivative;
};
Evaluated evaluate(ActivationKind kind, const std::vector<double>& Z) {
  Evaluated f{std::vector<double>(Z.size()), std::vector<double>(Z.size())};
  activation_rows(kind).evaluate(static_cast<int>(Z.size()), Z.data(), f.value.data(),
                                 f.derivative.data());
  return f;
}
double value_at(ActivationKind kind, double Z) { return evaluate(kind, {Z}).value[0]; }
double derivative_at(ActivationKind kind, double Z) { return evaluate(kind, {Z}).derivative[0]; }

TEST(Activation, ValuesAtKnownPoints) {
  EXPECT_EQ(value_at(ActivationKind::identity, -0.3), -0.3);
  EXPECT_NEAR(value_at(ActivationKind::tanh, 0.5), 0.46211715726000976, 1e-15);
  EXPECT_EQ(value_at(ActivationKind::relu, -2.0), 0.0);
  EXPECT_EQ(value_at(ActivationKind::relu, 2.0), 2.0);
  EXPECT_NEAR(value_at(ActivationKind::leaky_relu, -2.0), -0.02, 1e-16);
  EXPECT_NEAR(value_at(ActivationKind::sigmoid, 1.0), 0.7310585786300049, 1e-15);
  EXPECT_NEAR(value_at(ActivationKind::softplus, 1.0), 1.3132616875182228, 1e-15);
  EXPECT_NEAR(value_at(ActivationKind::gelu, 1.0), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(value_at(ActivationKind::gelu, -6.0), -5.919525869e-9, 1e-17); // the tail is kept
  EXPECT_NEAR(value_at(ActivationKind::sin, 1.0), std::sin(1.0), 1e-16);
  EXPECT_EQ(value_at(ActivationKind::square, -3.0), 9.0);
  EXPECT_EQ(value_at(ActivationKind::logistic, 0.5), 0.75);
}

TEST(Activation, FarTailsStayFinite) {
  for (const auto& info : activations) {
    for (const double Z : {-1e150, -800.0, 800.0, 1e150}) {
      EXPECT_TRUE(std::isfinite(value_at(info.kind, Z))) << info.name;
      EXPECT_TRUE(std::isfinite(derivative_at(info.kind, Z))) << info.name;
    }
  }
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(value_at(ActivationKind::tanh, -infinity), -1.0);
  EXPECT_EQ(value_at(ActivationKind::sigmoid, infinity), 1.0);
  EXPECT_EQ(value_at(ActivationKind::gelu, -1e150), 0.0);
  EXPECT_EQ(value_at(ActivationKind::gelu, 1e150), 1e150);
  EXPECT_EQ(value_at(ActivationKind::softplus, 1e150), 1e150);
}

TEST(Activation, NotANumberStaysOne) {
  for (const auto& info : activations) {
    EXPECT_TRUE(std::isnan(value_at(info.kind, not_a_number))) << info.name;
  }
}

/// The central difference's error falls by 4 when its step is halved.
TEST(Activation, DerivativesAreThoseOfTheValues) {
  for (const auto& info : activations) {
    for (const double Z : {-2.3, -0.7, 0.4, 1.9}) {
      const auto error = [&](double h) {
        return std::abs((value_at(info.kind, Z + h) - value_at(info.kind, Z - h)) / (2 * h) -
                        derivative_at(info.kind, Z));
      };
      EXPECT_LE(error(1e-3), 0.3 * error(2e-3) + 1e-12) << info.name << " at " << Z;
      EXPECT_LE(error(1e-3), 1e-5) << info.name << " at " << Z;
    }
  }
  EXPECT_EQ(derivative_at(ActivationKind::relu, 0.0), 0.0);
  EXPECT_EQ(derivative_at(ActivationKind::leaky_relu, 0.0), 0.01);
}

/// Dense where the functions bend, and spread over all magnitudes on both sides.
std::vector<double> arguments(double largest) {
  std::vector<double> Z{0.0, -0.0};
  for (int i = 1; i <= 40000; ++i) {
    const double magnitude =
        i <= 20000 ? i * 1e-3 * (1 + 1e-9 * i) : std::exp2(-60.0 + (i - 20000) * 1.234e-1 / 25);
    for (const double sign : {-1.0, 1.0}) {
      if (magnitude <= largest) Z.push_back(sign * magnitude);
    }
  }
  return Z;
}

/// In units of the last place of the exact result; below 1e-290 in such of 1e-290.
double ulps(double value, long double exact) {
  const double magnitude = std::max(std::abs(static_cast<double>(exact)), 1e-290);
  const double ulp = std::nextafter(magnitude, std::numeric_limits<double>::max()) - magnitude;
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / ulp);
}

struct Accuracy {
  ActivationKind kind;
  double largest;           ///< argument
  double value, derivative; ///< bounds in ulp
  long double (*f)(long double);
  long double (*df)(long double);
};

long double sigmoid(long double Z) {
  const long double e = std::exp(-std::abs(Z));
  return (Z < 0 ? e : 1.0L) / (1.0L + e);
}
long double sigmoid_derivative(long double Z) {
  const long double e = std::exp(-std::abs(Z));
  return e / ((1.0L + e) * (1.0L + e));
}
long double Phi(long double Z) { return 0.5L * std::erfc(-Z / std::numbers::sqrt2_v<long double>); }
long double phi(long double Z) {
  return std::exp(-0.5L * Z * Z) * std::numbers::inv_sqrtpi_v<long double> /
         std::numbers::sqrt2_v<long double>;
}

/// Against the C library's long doubles, which have at least 11 bits more.
TEST(Activation, ErrorsInUnitsOfTheLastPlace) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  // 1 - tanh^2 and Phi + Z phi cancel: their derivatives are bounded relative to 1 below.
  const std::array<Accuracy, 5> all{{
      {ActivationKind::tanh, 1e6, 2.5, 0, [](long double Z) { return std::tanh(Z); }, nullptr},
      {ActivationKind::sigmoid, 600, 2.5, 4.0, sigmoid, sigmoid_derivative},
      {ActivationKind::softplus, 600, 2.5, 2.5,
       [](long double Z) { return std::max(Z, 0.0L) + std::log1p(std::exp(-std::abs(Z))); },
       sigmoid},
      {ActivationKind::gelu, 35, 6.0, 0, [](long double Z) { return Z * Phi(Z); }, nullptr},
      {ActivationKind::sin, 1e6, 2.0, 2.0, [](long double Z) { return std::sin(Z); },
       [](long double Z) { return std::cos(Z); }},
  }};
  for (const auto& [kind, largest, value, derivative, f, df] : all) {
    const auto Z = arguments(largest);
    const auto computed = evaluate(kind, Z);
    double worst = 0, worst_derivative = 0;
    for (std::size_t i = 0; i < Z.size(); ++i) {
      worst = std::max(worst, ulps(computed.value[i], f(Z[i])));
      if (df) worst_derivative = std::max(worst_derivative, ulps(computed.derivative[i], df(Z[i])));
    }
    const std::string name(activations[static_cast<std::size_t>(kind)].name);
    EXPECT_LE(worst, value) << name;
    EXPECT_LE(worst_derivative, derivative) << name << "'s derivative";
  }
  const auto Z = arguments(35);
  const auto tanh = evaluate(ActivationKind::tanh, Z), gelu = evaluate(ActivationKind::gelu, Z);
  for (std::size_t i = 0; i < Z.size(); ++i) {
    const long double t = std::tanh(static_cast<long double>(Z[i]));
    ASSERT_NEAR(tanh.derivative[i], static_cast<double>(1 - t * t), 1e-15) << Z[i];
    ASSERT_NEAR(gelu.derivative[i], static_cast<double>(Phi(Z[i]) + Z[i] * phi(Z[i])), 2e-15)
        << Z[i];
  }
}

/// All lengths up to some vectors, so that every kind of tail is met.
TEST(Activation, TheSameBitsWithEveryInstructionSetAndAnywhereInARow) {
  for (const auto& info : activations) {
    auto Z = arguments(1e5);
    Z.push_back(3e7); // beyond the reduction of sin
    test::with_each_instruction_set([&](const std::string& set, bool first) {
      static Evaluated reference;
      const Evaluated f = evaluate(info.kind, Z);
      if (first) reference = f;
      for (std::size_t i = 0; i < Z.size(); ++i) {
        ASSERT_EQ(std::bit_cast<std::uint64_t>(f.value[i]),
                  std::bit_cast<std::uint64_t>(reference.value[i]))
            << info.name << " at " << Z[i] << " with " << set;
        ASSERT_EQ(std::bit_cast<std::uint64_t>(f.derivative[i]),
                  std::bit_cast<std::uint64_t>(reference.derivative[i]))
            << info.name << "'s derivative at " << Z[i] << " with " << set;
      }
      for (std::size_t n = 1; n <= 20; ++n) {
        const std::vector<double> part(Z.begin() + 1000, Z.begin() + 1000 + static_cast<long>(n));
        const auto short_row = evaluate(info.kind, part);
        for (std::size_t i = 0; i < n; ++i) {
          ASSERT_EQ(short_row.value[i], reference.value[1000 + i]) << info.name << " with " << set;
        }
      }
    });
  }
}

/// A row of a layer and of its transpose, n points of what a segment reads.
struct LayerRows {
  explicit LayerRows(std::size_t n)
      : Z(n), b(n), omega(n), z(n), lambda_next(n), next(n), g(n), lambda(n) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto x = static_cast<double>(i);
      Z[i] = 3 * std::sin(1 + x);
      b[i] = 0.2 * std::cos(x);
      omega[i] = 0.3 + 0.01 * x;
      z[i] = std::sin(3 * x);
      lambda_next[i] = std::cos(2 * x);
    }
  }
  int count() const { return static_cast<int>(Z.size()); }

  std::vector<double> Z, b, omega, z, lambda_next, next, g, lambda;
};

/// Rows of any length, which are computed several vectors at a time.
TEST(Activation, RowsOfLayersAreMadeOfTheValues) {
  for (const auto& info : activations) {
    test::with_each_instruction_set([&](const std::string& set, bool) {
      const ActivationRows rows = activation_rows(info.kind);
      for (std::size_t n = 1; n <= 45; ++n) {
        LayerRows row(n);
        std::vector<double> arguments(n);
        for (std::size_t i = 0; i < n; ++i) arguments[i] = row.Z[i] - row.b[i];
        const Evaluated f = evaluate(info.kind, arguments), plain = evaluate(info.kind, row.Z);
        EXPECT_TRUE(rows.relax(row.count(), row.Z.data(), row.b.data(), row.omega.data(),
                               row.z.data(), row.next.data(), {}));
        rows.adjoint(row.count(), row.Z.data(), row.b.data(), row.omega.data(), row.z.data(),
                     row.lambda_next.data(), row.g.data(), row.lambda.data(), nullptr, nullptr);
        for (std::size_t i = 0; i < n; ++i) {
          const double w = row.omega[i], l = row.lambda_next[i];
          ASSERT_EQ(row.next[i], std::fma(w, f.value[i], (1 - w) * row.z[i])) << info.name << set;
          ASSERT_EQ(row.g[i], w * l * f.derivative[i]) << info.name << set;
          ASSERT_EQ(row.lambda[i], (1 - w) * l) << info.name << set;
        }
        EXPECT_TRUE(rows.replace(row.count(), row.Z.data(), row.next.data(), {}));
        for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(row.next[i], plain.value[i]) << info.name;
      }
    });
  }
}

TEST(Activation, RowsSayWhetherAValueIsNotFinite) {
  for (const auto& info : activations) {
    test::with_each_instruction_set([&](const std::string& set, bool) {
      const ActivationRows rows = activation_rows(info.kind);
      for (const std::size_t n : {1, 7, 16, 45}) {
        for (std::size_t wrong = 0; wrong < n; ++wrong) {
          LayerRows row(n);
          row.Z[wrong] = not_a_number;
          EXPECT_FALSE(rows.relax(row.count(), row.Z.data(), row.b.data(), row.omega.data(),
                                  row.z.data(), row.next.data(), {}))
              << info.name << set;
          EXPECT_FALSE(rows.replace(row.count(), row.Z.data(), row.next.data(), {}))
              << info.name << set;
        }
      }
    });
  }
}

} // namespace
} // namespace nadir
