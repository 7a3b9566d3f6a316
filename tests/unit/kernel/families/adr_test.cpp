#include "nadir/kernel/adr.hpp"

#include "nadir/base/hashed_random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

namespace nadir {
namespace {

constexpr int patch_points = 7; ///< per axis, the middle one is the test point
const std::array<double, 3> spacing{0.5, 1.25, 2.0};

/// A patch of one field around the origin; axes the dimension lacks have one layer all the same.
struct Patch {
  std::vector<double> values = std::vector<double>(patch_points * patch_points * patch_points);
  Strides stride{patch_points * patch_points, patch_points};
  static std::size_t index(int k, int j, int i) {
    return static_cast<std::size_t>((k * patch_points + j) * patch_points + i);
  }
  const double* middle() const {
    return values.data() + index(patch_points / 2, patch_points / 2, patch_points / 2);
  }
};

Patch sampled(const std::function<double(double, double, double)>& f) {
  Patch patch;
  for (int k = 0; k < patch_points; ++k) {
    for (int j = 0; j < patch_points; ++j) {
      for (int i = 0; i < patch_points; ++i) {
        patch.values[Patch::index(k, j, i)] =
            f((k - patch_points / 2) * spacing[0], (j - patch_points / 2) * spacing[1],
              (i - patch_points / 2) * spacing[2]);
      }
    }
  }
  return patch;
}

struct Form {
  int dimension;
  DiffusionTensor tensor;
};
constexpr std::array forms{Form{1, DiffusionTensor::isotropic}, Form{2, DiffusionTensor::isotropic},
                           Form{2, DiffusionTensor::diagonal},  Form{2, DiffusionTensor::full},
                           Form{3, DiffusionTensor::isotropic}, Form{3, DiffusionTensor::diagonal},
                           Form{3, DiffusionTensor::full}};

/// W z at the middle with constant coefficients.
double applied(const Form& form, const std::vector<double>& theta, const Patch& z) {
  const auto kernel = make_adr_kernel(form.dimension, form.tensor, spacing);
  EXPECT_EQ(kernel->coefficients(), static_cast<int>(theta.size()));
  std::array<Row, max_coefficients> rows{};
  for (std::size_t c = 0; c < theta.size(); ++c) rows[c] = {&theta[c], {}};
  double Z = 0;
  kernel->apply({z.middle(), z.stride}, rows.data(), 1, &Z);
  return Z;
}

std::vector<double> some_coefficients(const Form& form) {
  const auto count = 1 + static_cast<std::size_t>(form.dimension) +
                     diffusion_names(form.dimension, form.tensor).size();
  std::vector<double> theta(count);
  for (std::size_t c = 0; c < count; ++c) theta[c] = 0.1 + 0.07 * static_cast<double>(c);
  return theta;
}

/// D as a full matrix over the axes in use, from the components of a form.
double tensor_entry(const Form& form, const std::vector<double>& theta, int a, int b) {
  const auto first = static_cast<std::size_t>(1 + form.dimension);
  if (form.tensor == DiffusionTensor::isotropic) return a == b ? theta[first] : 0.0;
  if (form.tensor == DiffusionTensor::diagonal)
    return a == b ? theta[first + static_cast<std::size_t>(a)] : 0.0;
  std::size_t k = first;
  for (int p = 0; p < form.dimension; ++p) {
    for (int q = p; q < form.dimension; ++q, ++k) {
      if ((p == a && q == b) || (p == b && q == a)) return theta[k];
    }
  }
  return 0.0;
}

/// z = 1 + g.q + q.H q / 2: W z at 0 is exactly 1 + R - U.g + D:H.
TEST(Adr, IsExactOnQuadraticPolynomials) {
  const std::array<double, 3> g{0.3, -0.8, 1.1};
  const double H[3][3] = {{0.4, 0.9, -0.3}, {0.9, -0.6, 0.7}, {-0.3, 0.7, 0.2}};
  for (const Form& form : forms) {
    const int skip = 3 - form.dimension;
    const Patch z = sampled([&](double q0, double q1, double q2) {
      const std::array<double, 3> q{q0, q1, q2};
      double value = 1.0;
      for (int a = skip; a < 3; ++a) {
        value += g[static_cast<std::size_t>(a)] * q[static_cast<std::size_t>(a)];
        for (int b = skip; b < 3; ++b)
          value += 0.5 * q[static_cast<std::size_t>(a)] * H[a][b] * q[static_cast<std::size_t>(b)];
      }
      return value;
    });
    const auto theta = some_coefficients(form);
    double expected = 1.0 + theta[0];
    for (int a = 0; a < form.dimension; ++a) {
      expected -= theta[static_cast<std::size_t>(1 + a)] * g[static_cast<std::size_t>(a + skip)];
      for (int b = 0; b < form.dimension; ++b)
        expected += tensor_entry(form, theta, a, b) * H[a + skip][b + skip];
    }
    EXPECT_NEAR(applied(form, theta, z), expected, 50 * 2.2e-16 * std::abs(expected))
        << form.dimension << "-D, tensor " << static_cast<int>(form.tensor);
  }
}

/// The moments W_k = sum_r r^k W_r of the 1-D stencil (theory, section 4), aliases included.
TEST(Adr, MomentsOfTheOneDimensionalStencil) {
  const double R = 0.2, U = 0.3, D = 0.4, h = spacing[2];
  const auto moment = [&](int k) {
    return applied(forms[0], {R, U, D},
                   sampled([k](double, double, double q) { return std::pow(q, k); }));
  };
  EXPECT_NEAR(moment(0), 1 + R, 1e-15);
  EXPECT_NEAR(moment(1), -U, 1e-15);
  EXPECT_NEAR(moment(2), 2 * D, 1e-15);
  EXPECT_NEAR(moment(3), -U * h * h, 1e-14);
  EXPECT_NEAR(moment(4), 2 * D * h * h, 1e-14);
}

/// W_(i,j) = 2 D_ab Delta_a^(i-1) Delta_b^(j-1) for odd i, j.
TEST(Adr, MixedMomentsOfTheFullTensor) {
  const std::vector<double> theta{0, 0, 0, 0.5, 0.3, 0.4}; // yy, yx, xx
  const auto moment = [&](int i, int j) {
    return applied(forms[3], theta, sampled([=](double, double y, double x) {
                     return std::pow(y, i) * std::pow(x, j);
                   }));
  };
  EXPECT_NEAR(moment(1, 1), 2 * 0.3, 1e-15);
  EXPECT_NEAR(moment(3, 1), 2 * 0.3 * spacing[1] * spacing[1], 1e-14);
  EXPECT_NEAR(moment(1, 3), 2 * 0.3 * spacing[2] * spacing[2], 1e-14);
  EXPECT_NEAR(moment(2, 1), 0.0, 1e-14);
  EXPECT_NEAR(moment(2, 0), 2 * 0.5, 1e-14);
}

TEST(Adr, WithoutCoefficientsIsTheIdentityBitForBit) {
  Patch z;
  for (std::size_t i = 0; i < z.values.size(); ++i) z.values[i] = hashed_number(3, i);
  for (const Form& form : forms) {
    const auto zeros = std::vector<double>(some_coefficients(form).size(), 0.0);
    EXPECT_EQ(applied(form, zeros, z), *z.middle());
  }
}

} // namespace
} // namespace nadir
