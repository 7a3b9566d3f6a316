#include "nadir/kernel/activation.hpp"

#include "nadir/base/instruction_set.hpp"

#include "support/activations.hpp"
#include "support/instruction_sets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {
namespace {

using test::arguments, test::derivative_at, test::evaluate, test::Evaluated, test::value_at;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

TEST(Activation, FarTailsStayFinite) {
  for (const Activation f : Activation::all()) {
    for (const double Z : {-1e150, -800.0, 800.0, 1e150}) {
      EXPECT_TRUE(std::isfinite(value_at(f, Z))) << f->name;
      EXPECT_TRUE(std::isfinite(derivative_at(f, Z))) << f->name;
    }
  }
}

TEST(Activation, NotANumberStaysOne) {
  for (const Activation f : Activation::all()) {
    EXPECT_TRUE(std::isnan(value_at(f, not_a_number))) << f->name;
  }
}

/// The central difference's error falls by 4 when its step is halved.
TEST(Activation, DerivativesAreThoseOfTheValues) {
  for (const Activation f : Activation::all()) {
    for (const double Z : {-2.3, -0.7, 0.4, 1.9}) {
      const auto error = [&](double h) {
        return std::abs((value_at(f, Z + h) - value_at(f, Z - h)) / (2 * h) - derivative_at(f, Z));
      };
      EXPECT_LE(error(1e-3), 0.3 * error(2e-3) + 1e-12) << f->name << " at " << Z;
      EXPECT_LE(error(1e-3), 1e-5) << f->name << " at " << Z;
    }
  }
}

/// Else f' would jump at 0 between these.
constexpr double beside_zero = 1e-300;

TEST(Activation, IsWhatItsFileSays) {
  const auto Z = arguments(1e5);
  for (const Activation f : Activation::all()) {
    const Evaluated all = evaluate(f, Z);
    const auto within_one = [](double slope) { return std::abs(slope) <= 1.0; };
    EXPECT_EQ(f->linear, all.value == Z) << f->name;
    EXPECT_EQ(f->contracts,
              value_at(f, 0.0) == 0.0 && std::ranges::all_of(all.derivative, within_one))
        << f->name;
    const double jump = derivative_at(f, beside_zero) - derivative_at(f, -beside_zero);
    EXPECT_EQ(f->kink, std::abs(jump) > 1e-3) << f->name;
  }
}

TEST(Activation, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const Activation f : Activation::all()) {
    EXPECT_TRUE(names.insert(f->name).second) << f->name;
    EXPECT_EQ(Activation(f->name), f);
  }
  EXPECT_GE(names.size(), 10u);
  EXPECT_THROW(Activation("tanch"), std::invalid_argument);
}

/// All lengths up to some vectors, so that every kind of tail is met.
TEST(Activation, TheSameBitsWithEveryInstructionSetAndAnywhereInARow) {
  for (const Activation f : Activation::all()) {
    auto Z = arguments(1e5);
    Z.push_back(3e7); // beyond the reduction of sin
    test::with_each_instruction_set([&](const std::string& set, bool first) {
      static Evaluated reference;
      const Evaluated at = evaluate(f, Z);
      if (first) reference = at;
      for (std::size_t i = 0; i < Z.size(); ++i) {
        ASSERT_EQ(std::bit_cast<std::uint64_t>(at.value[i]),
                  std::bit_cast<std::uint64_t>(reference.value[i]))
            << f->name << " at " << Z[i] << " with " << set;
        ASSERT_EQ(std::bit_cast<std::uint64_t>(at.derivative[i]),
                  std::bit_cast<std::uint64_t>(reference.derivative[i]))
            << f->name << "'s derivative at " << Z[i] << " with " << set;
      }
      for (std::size_t n = 1; n <= 20; ++n) {
        const std::vector<double> part(Z.begin() + 1000, Z.begin() + 1000 + static_cast<long>(n));
        const auto short_row = evaluate(f, part);
        for (std::size_t i = 0; i < n; ++i) {
          ASSERT_EQ(short_row.value[i], reference.value[1000 + i]) << f->name << " with " << set;
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
  for (const Activation f : Activation::all()) {
    test::with_each_instruction_set([&](const std::string& set, bool) {
      const ActivationRows rows = activation_rows(f);
      for (std::size_t n = 1; n <= 45; ++n) {
        LayerRows row(n);
        std::vector<double> arguments(n);
        for (std::size_t i = 0; i < n; ++i) arguments[i] = row.Z[i] - row.b[i];
        const Evaluated biased = evaluate(f, arguments), plain = evaluate(f, row.Z);
        EXPECT_TRUE(rows.relax(row.count(), row.Z.data(), row.b.data(), row.omega.data(),
                               row.z.data(), row.next.data(), {}));
        rows.adjoint(row.count(), row.Z.data(), row.b.data(), row.omega.data(), row.z.data(),
                     row.lambda_next.data(), row.g.data(), row.lambda.data(), nullptr, nullptr);
        for (std::size_t i = 0; i < n; ++i) {
          const double w = row.omega[i], l = row.lambda_next[i];
          ASSERT_EQ(row.next[i], std::fma(w, biased.value[i], (1 - w) * row.z[i]))
              << f->name << set;
          ASSERT_EQ(row.g[i], w * l * biased.derivative[i]) << f->name << set;
          ASSERT_EQ(row.lambda[i], (1 - w) * l) << f->name << set;
        }
        EXPECT_TRUE(rows.replace(row.count(), row.Z.data(), row.next.data(), {}));
        for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(row.next[i], plain.value[i]) << f->name;
      }
    });
  }
}

TEST(Activation, RowsSayWhetherAValueIsNotFinite) {
  for (const Activation f : Activation::all()) {
    test::with_each_instruction_set([&](const std::string& set, bool) {
      const ActivationRows rows = activation_rows(f);
      for (const std::size_t n : {1, 7, 16, 45}) {
        for (std::size_t wrong = 0; wrong < n; ++wrong) {
          LayerRows row(n);
          row.Z[wrong] = not_a_number;
          EXPECT_FALSE(rows.relax(row.count(), row.Z.data(), row.b.data(), row.omega.data(),
                                  row.z.data(), row.next.data(), {}))
              << f->name << set;
          EXPECT_FALSE(rows.replace(row.count(), row.Z.data(), row.next.data(), {}))
              << f->name << set;
        }
      }
    });
  }
}

} // namespace
} // namespace nadir
