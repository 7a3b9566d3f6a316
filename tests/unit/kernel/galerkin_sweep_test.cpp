#include "nadir/kernel/galerkin_sweep.hpp"

#include "nadir/base/hashed_random.hpp"

#include "support/allocations.hpp"
#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace nadir {
namespace {

constexpr GalerkinSweep::Spacings box_spacing{1.0, 0.8, 1.2};

/// A box of one rank, periodic or between mirrors, with ghosts for everything.
struct Box2 {
  std::int64_t ny, nx;
  bool mirror;
  static constexpr std::int64_t ghosts = 8;

  int dimension() const { return ny > 1 ? 2 : 1; }
  Extents count() const { return {1, ny, nx}; }
  std::int64_t stride() const { return nx + 2 * ghosts; }
  GalerkinSweep::Mirrors mirrors() const {
    return {{{false, false}, {mirror && ny > 1, mirror && ny > 1}, {mirror, mirror}}};
  }
  /// The owned point that a ghost is a copy of.
  std::int64_t owner(std::int64_t i, std::int64_t n) const {
    const std::int64_t period = mirror ? 2 * n : n, j = ((i % period) + period) % period;
    return j < n ? j : 2 * n - 1 - j;
  }
};

class Values {
 public:
  explicit Values(const Box2& box)
      : box_(box), values_(static_cast<std::size_t>((box.ny + 2 * Box2::ghosts) * box.stride())) {}
  double& at(std::int64_t y, std::int64_t x) {
    return values_[static_cast<std::size_t>((y + Box2::ghosts) * box_.stride() + x + Box2::ghosts)];
  }
  double* origin() { return &at(0, 0); }
  Strides stride() const { return {0, box_.stride()}; }
  MutableFieldView view() { return {origin(), stride()}; }

  /// Owned points f(y, x), ghosts their copies.
  template<class F> void fill(F f) {
    for_all([&](std::int64_t y, std::int64_t x) {
      at(y, x) = f(box_.owner(y, box_.ny), box_.owner(x, box_.nx));
    });
  }
  void randomise(std::uint64_t seed, double middle, double width) {
    fill([&](std::int64_t y, std::int64_t x) {
      return middle + width * hashed_number(seed, static_cast<std::uint64_t>(y * box_.nx + x));
    });
  }
  void add(double factor, Values& other) {
    for_all([&](auto y, auto x) { at(y, x) += factor * other.at(y, x); });
  }
  /// The transpose of copying.
  void fold() {
    for_all([&](std::int64_t y, std::int64_t x) {
      const std::int64_t oy = box_.owner(y, box_.ny), ox = box_.owner(x, box_.nx);
      if (oy == y && ox == x) return;
      at(oy, ox) += at(y, x);
      at(y, x) = 0;
    });
  }
  double dot(Values& other) {
    double sum = 0;
    for (std::int64_t y = 0; y < box_.ny; ++y)
      for (std::int64_t x = 0; x < box_.nx; ++x) sum += at(y, x) * other.at(y, x);
    return sum;
  }

 private:
  template<class Use> void for_all(Use use) {
    for (std::int64_t y = -Box2::ghosts; y < box_.ny + Box2::ghosts; ++y)
      for (std::int64_t x = -Box2::ghosts; x < box_.nx + Box2::ghosts; ++x) use(y, x);
  }

  Box2 box_;
  std::vector<double> values_;
};

KernelSpec kernel_of(const std::string& type) {
  KernelSpec kernel({type});
  test::set_tensor(kernel, DiffusionTensor::full);
  kernel.set_option("radius", 2);
  return kernel;
}

/// A sweep with coefficients: the first of theta a number, the others, b and omega fields.
struct Layer {
  Layer(const Box2& b, const std::string& type, Basis basis, int nodes, Activation activation)
      : box(b),
        sweep(kernel_of(type), b.dimension(), grid_basis(basis, nodes, b.dimension(), box_spacing),
              box_spacing, b.count(), b.mirrors(), activation) {
    const bool gaussian = type == "gaussian";
    const std::size_t theta = gaussian ? 2 : b.dimension() == 1 ? 3 : 6;
    for (std::size_t c = 0; c < theta + 2; ++c) fields.emplace_back(b);
    number = gaussian ? 0.9 : -0.1;
    for (std::size_t c = 1; c < theta; ++c)
      fields[c].randomise(c, gaussian ? 1.1 : 0.1, gaussian ? 0.2 : 0.1);
    fields[theta].randomise(20, 0.0, 0.3);     // b
    fields[theta + 1].randomise(21, 0.7, 0.2); // omega
  }
  std::size_t theta() const { return fields.size() - 2; }
  /// Everything moves along directions of its own.
  void move(double factor, std::vector<Values>& directions, double number_direction) {
    for (std::size_t c = 1; c < fields.size(); ++c) fields[c].add(factor, directions[c]);
    number += factor * number_direction;
  }
  void use() {
    LayerCoefficients views;
    views.theta[0].number = number;
    for (std::size_t c = 1; c < theta(); ++c) views.theta[c] = view(c);
    views.b = view(theta());
    views.omega = view(theta() + 1);
    sweep.set_coefficients(views);
  }
  Values forward(Values& z) {
    use();
    Values w(box);
    EXPECT_TRUE(sweep.forward(z.view(), w.view()));
    w.fold();
    return w;
  }

  Box2 box;
  GalerkinSweep sweep;
  std::vector<Values> fields;
  double number = 0;

 private:
  CoefficientView view(std::size_t c) { return {fields[c].origin(), fields[c].stride(), 0.0}; }
};

template<class Use> void for_layers(Activation activation, Use use) {
  for (const std::string type : {"adr", "gaussian"})
    for (const Box2& box : {Box2{1, 13, false}, {1, 13, true}, {6, 7, false}, {6, 7, true}})
      for (const Basis basis : {Basis::hat, Basis::cubic_spline}) {
        SCOPED_TRACE(type + (box.mirror ? ", mirrors, " : ", periodic, ") +
                     std::to_string(box.dimension()) + "-D" +
                     (basis == Basis::hat ? ", hats" : ", splines"));
        Layer layer(box, type, basis, 2, activation);
        use(layer);
      }
}

/// Amplitudes of 1, x, x^2, x^3 for cubic splines, at the point x of an axis with box_spacing h.
double amplitude(int power, double x, double h) {
  const double third = h * h / 3;
  return power == 0 ? 1 : power == 1 ? x : power == 2 ? x * x - third : x * (x * x - 3 * third);
}

/// Of the polynomial of these coefficients and its derivatives.
double amplitude(const std::array<double, 4>& p, int derivative, double x, double h) {
  double sum = 0;
  for (int n = derivative; n < 4; ++n) {
    double factor = p[static_cast<std::size_t>(n)];
    for (int k = 0; k < derivative; ++k) factor *= n - k;
    sum += factor * amplitude(n - derivative, x, h);
  }
  return sum;
}

/// W p = (1 + R) p - U p' + D p'' of a cubic p is one too, whose sums over splines are those of the
/// mass matrix (1, 120, 1191, 2416, ...)/5040.
TEST(GalerkinSweep, IsExactOnCubicPolynomials) {
  const Box2 box{1, 9, false};
  const double h = box_spacing[2], R = 0.2, U = -0.7, D = 0.4;
  GalerkinSweep sweep(kernel_of("adr"), 1, grid_basis(Basis::cubic_spline, 4, 1, box_spacing),
                      box_spacing, box.count(), box.mirrors(), "identity");
  LayerCoefficients numbers;
  numbers.theta[0].number = R;
  numbers.theta[1].number = U;
  numbers.theta[2].number = D;
  numbers.omega.number = 1.0;
  sweep.set_coefficients(numbers);
  const std::array<double, 4> p{0.3, -1.0, 0.5, 0.25};
  Values z(box), w(box);
  for (std::int64_t x = -Box2::ghosts; x < box.nx + Box2::ghosts; ++x)
    z.at(0, x) = amplitude(p, 0, h * static_cast<double>(x), h);
  ASSERT_TRUE(sweep.forward(z.view(), w.view()));
  constexpr std::array mass{1.0, 120.0, 1191.0, 2416.0, 1191.0, 120.0, 1.0};
  for (std::int64_t x = 0; x < box.nx; ++x) {
    double expected = 0, size = 0;
    for (std::int64_t j = 0; j < 7; ++j) {
      const double at = h * static_cast<double>(x + j - 3);
      const double y = (1 + R) * amplitude(p, 0, at, h) - U * amplitude(p, 1, at, h) +
                       D * amplitude(p, 2, at, h);
      expected += mass[static_cast<std::size_t>(j)] / 5040 * y;
      size += std::abs(y);
    }
    EXPECT_NEAR(w.at(0, x), expected, 1e-15 * size) << x;
  }
}

/// Every function has the integral 1, and half of the one at a mirror comes back from beyond.
TEST(GalerkinSweep, ConstantsAreRelaxedWherever) {
  for_layers("tanh", [](Layer& layer) {
    const bool gaussian = layer.theta() == 2;
    if (gaussian) return; // cut off: its sum is not 1
    for (auto& field : layer.fields) field.fill([](auto, auto) { return 0.3; });
    Values z(layer.box);
    z.fill([](auto, auto) { return 0.8; });
    Values w = layer.forward(z);
    const double expected = 0.7 * 0.8 + 0.3 * std::tanh(0.9 * 0.8 - 0.3);
    for (std::int64_t y = 0; y < layer.box.ny; ++y)
      for (std::int64_t x = 0; x < layer.box.nx; ++x)
        EXPECT_NEAR(w.at(y, x), expected, 4e-15) << y << ' ' << x;
  });
}

/// Along random directions of z, theta, b and omega at once.
TEST(GalerkinSweep, AdjointsAreTheDerivatives) {
  for_layers("tanh", [](Layer& layer) {
    Values z(layer.box), mu(layer.box), z_bar(layer.box), dz(layer.box);
    z.randomise(30, 0.0, 0.8);
    mu.randomise(31, 0.0, 1.0);
    dz.randomise(32, 0.0, 1.0);
    std::vector<Values> bars(layer.fields.size(), Values(layer.box)), directions = bars;
    for (std::size_t c = 0; c < directions.size(); ++c) directions[c].randomise(40 + c, 0.0, 0.2);
    constexpr double number_direction = 0.3;
    ReproducibleSum number_bar;
    LayerGradient gradient;
    gradient.theta[0].sum = &number_bar;
    const auto bar = [&](std::size_t c) {
      return CoefficientBar{bars[c].origin(), bars[c].stride(), nullptr};
    };
    for (std::size_t c = 1; c < layer.theta(); ++c) gradient.theta[c] = bar(c);
    gradient.b = bar(layer.theta());
    gradient.omega = bar(layer.theta() + 1);
    layer.sweep.set_gradient(gradient);
    layer.use();
    layer.sweep.adjoint(z.view(), mu.view(), z_bar.view());
    z_bar.fold();
    double slope = z_bar.dot(dz) + number_bar.value() * number_direction;
    for (std::size_t c = 1; c < bars.size(); ++c) slope += bars[c].dot(directions[c]);
    EXPECT_GT(std::abs(slope), 1e-3);

    const auto J = [&](double t) {
      Values moved = z;
      moved.add(t, dz);
      layer.move(t, directions, number_direction);
      const double value = layer.forward(moved).dot(mu);
      layer.move(-t, directions, number_direction);
      return value;
    };
    const auto error = [&](double t) { return std::abs((J(t) - J(-t)) / (2 * t) - slope); };
    const double coarse = error(0x1p-6), fine = error(0x1p-7);
    EXPECT_LT(fine, 1e-3 * std::abs(slope));
    EXPECT_NEAR(coarse / fine, 4.0, 0.1) << slope;
  });
}

TEST(GalerkinSweep, SaysWhenAValueIsNotFiniteAndAllocatesNothing) {
  for_layers("identity", [](Layer& layer) {
    Values z(layer.box), w(layer.box);
    z.randomise(30, 0.0, 0.8);
    layer.use();
    const auto before = test::allocations();
    const bool finite = layer.sweep.forward(z.view(), w.view());
    EXPECT_EQ(test::allocations(), before);
    EXPECT_TRUE(finite);
    z.at(0, 3) = std::nan("");
    EXPECT_FALSE(layer.sweep.forward(z.view(), w.view()));
  });
}

} // namespace
} // namespace nadir
