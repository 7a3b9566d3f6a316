#pragma once

#include "nadir/base/hashed_random.hpp"
#include "nadir/network/relaxation_rhs.hpp"

#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <utility>

/// dz/dt = f(W z - b) - z with a kernel that anybody can apply by hand.
namespace nadir::test {

/// (W z)_i = theta_0 z_i + theta_1 z_{i+1}, nothing beyond this rank's rows; theta are numbers.
class TwoPointKernel final : public KernelOperator {
 public:
  explicit TwoPointKernel(const Layout& layout) : layout_(layout) {}

  const Layout& state_layout() const override { return layout_; }
  void set_coefficients(const LayerCoefficients& c) override {
    here_ = c.theta[0].number;
    next_ = c.theta[1].number;
  }
  void apply(double* z, double* Z, GhostValue) override {
    for_points([&](std::ptrdiff_t i, bool last) {
      Z[i] = here_ * z[i] + (last ? 0.0 : next_ * z[i + 1]);
    });
  }
  void apply_transpose(const double* Z_bar, double* z_bar) override {
    for_points([&](std::ptrdiff_t i, bool) { z_bar[i] = 0; });
    for_points([&](std::ptrdiff_t i, bool last) {
      z_bar[i] += here_ * Z_bar[i];
      if (!last) z_bar[i + 1] += next_ * Z_bar[i];
    });
  }
  void add_gradient(const double* z, const double* Z_bar, const LayerGradient& bar) override {
    for_points([&](std::ptrdiff_t i, bool last) {
      if (bar.theta[0].sum) bar.theta[0].sum->add(Z_bar[i] * z[i]);
      if (bar.theta[1].sum && !last) bar.theta[1].sum->add(Z_bar[i] * z[i + 1]);
    });
  }
  double flops() const override { return 3; }

 private:
  template<class Use> void for_points(Use use) const {
    for (std::int64_t z = 0; z < layout_.count[0]; ++z)
      for (std::int64_t y = 0; y < layout_.count[1]; ++y)
        for (std::int64_t x = 0; x < layout_.count[2]; ++x)
          use(layout_.index(z, y, x), x + 1 == layout_.count[2]);
  }

  Layout layout_;
  double here_ = 0, next_ = 0;
};

/// The rate on a grid, with b and omega as fields.
class Relaxation {
 public:
  Relaxation(const Grid& grid, Activation activation)
      : grid_(grid), layout_(grid, 1), rate(std::make_unique<TwoPointKernel>(layout_), activation),
        b(layout_), omega(layout_) {}

  const Grid& grid() const { return grid_; }
  const Layout& layout() const { return layout_; }
  /// f(global index) at all owned points.
  template<class F> void fill(Field& field, F f) const {
    const Extents& n = layout_.count;
    for (std::int64_t z = 0; z < n[0]; ++z)
      for (std::int64_t y = 0; y < n[1]; ++y)
        for (std::int64_t x = 0; x < n[2]; ++x) field.at(z, y, x) = f(grid_.global_index(z, y, x));
  }
  Field random(std::uint64_t seed, double middle, double width) const {
    Field field(layout_);
    fill(field, [&](std::int64_t i) {
      return middle + width * hashed_number(seed, static_cast<std::uint64_t>(i));
    });
    return field;
  }
  /// The sum over all ranks. Collective.
  double dot(const Field& a, const Field& c) const {
    double sum = 0;
    const Extents& n = layout_.count;
    for (std::int64_t z = 0; z < n[0]; ++z)
      for (std::int64_t y = 0; y < n[1]; ++y)
        for (std::int64_t x = 0; x < n[2]; ++x) sum += a.at(z, y, x) * c.at(z, y, x);
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, grid_.comm());
    return sum;
  }
  /// The largest |a_i - f(global index)| of all ranks. Collective.
  template<class F> double error(const Field& a, F f) const {
    Field expected(layout_);
    fill(expected, f);
    double most = 0;
    const Extents& n = layout_.count;
    for (std::int64_t z = 0; z < n[0]; ++z)
      for (std::int64_t y = 0; y < n[1]; ++y)
        for (std::int64_t x = 0; x < n[2]; ++x)
          most = std::max(most, std::abs(a.at(z, y, x) - expected.at(z, y, x)));
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, grid_.comm());
    return most;
  }
  /// Takes the coefficients as they are now.
  void use() {
    LayerCoefficients views;
    views.theta[0].number = here;
    views.theta[1].number = next;
    views.b = {b.data() + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}, 0.0};
    views.omega = {
        omega.data() + layout_.index(0, 0, 0), {layout_.stride_z, layout_.stride_y}, 0.0};
    rate.set_coefficients(views);
  }

 private:
  const Grid& grid_;
  Layout layout_;

 public:
  RelaxationRhs rate;
  double here = 0.4, next = 0.3;
  Field b, omega;
};

using Step = std::function<void(double* z, double* z_next)>;
using StepBack =
    std::function<void(double* z, double* z_next, const double* lambda_next, double* lambda)>;

/// Whether `back` gives the derivatives of lambda_next . step(z), by z and all coefficients at
/// once, along random directions: centred differences must come four times nearer with half the
/// step. Collective.
inline void expect_transposed(Relaxation& r, const Step& step, const StepBack& back) {
  const Field z = r.random(1, 0.1, 0.8), mu = r.random(2, 0.0, 1.0), dz = r.random(3, 0.0, 1.0),
              db = r.random(4, 0.0, 0.5), d_omega = r.random(5, 0.0, 0.2);
  const double d_here = 0.3, d_next = -0.4;
  r.b = r.random(6, 0.05, 0.2);
  r.omega = r.random(7, 0.6, 0.1);
  const Field b = r.b, omega = r.omega;
  const double here = r.here, next = r.next;
  const auto at = [&](double t) {
    const auto moved = [&](const Field& from, const Field& along) {
      Field to = from;
      for (std::size_t i = 0; i < r.layout().size(); ++i) to.data()[i] += t * along.data()[i];
      return to;
    };
    r.b = moved(b, db);
    r.omega = moved(omega, d_omega);
    r.here = here + t * d_here;
    r.next = next + t * d_next;
    r.use();
    return moved(z, dz);
  };
  const auto J = [&](double t) {
    Field moved = at(t), z_next(r.layout());
    step(moved.data(), z_next.data());
    return r.dot(mu, z_next);
  };

  Field from = at(0), z_next(r.layout()), lambda(r.layout()), b_bar(r.layout()),
        omega_bar(r.layout());
  std::array<ReproducibleSum, 2> theta_bar;
  LayerGradient bar;
  for (std::size_t c = 0; c < 2; ++c) bar.theta[c].sum = &theta_bar[c];
  const Strides stride{r.layout().stride_z, r.layout().stride_y};
  bar.b = {b_bar.data() + r.layout().index(0, 0, 0), stride, nullptr};
  bar.omega = {omega_bar.data() + r.layout().index(0, 0, 0), stride, nullptr};
  step(from.data(), z_next.data());
  r.rate.set_gradient(bar);
  from = at(0);
  Field lambda_next = mu;
  back(from.data(), z_next.data(), lambda_next.data(), lambda.data());
  double by_theta = theta_bar[0].value() * d_here + theta_bar[1].value() * d_next;
  MPI_Allreduce(MPI_IN_PLACE, &by_theta, 1, MPI_DOUBLE, MPI_SUM, r.grid().comm());
  const double slope = r.dot(lambda, dz) + r.dot(b_bar, db) + r.dot(omega_bar, d_omega) + by_theta;
  EXPECT_GT(std::abs(slope), 1e-2);

  const auto error = [&](double t) { return std::abs((J(t) - J(-t)) / (2 * t) - slope); };
  const double coarse = error(0x1p-5), fine = error(0x1p-6);
  EXPECT_LT(fine, 1e-2 * std::abs(slope));
  EXPECT_NEAR(coarse / fine, 4.0, 0.1) << slope;
  at(0);
}

} // namespace nadir::test
