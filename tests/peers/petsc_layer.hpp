#pragma once

#include "petsc_problem.hpp"

#include <cmath>

namespace peers {

/// One layer at one point of a ghosted array, dz/dt = tanh(W z) - z, with fields or numbers.
template<int d_, bool fields_> class Layer {
 public:
  static constexpr int d = d_, coefficients = 2 + d_;

  Layer(const Problem& problem, int layer) : theta_(problem.of_layer(layer)) {
    for (int a = 0; a < d; ++a) stride_[a] = problem.grid.stride(a);
  }

  double reaction(std::ptrdiff_t i) const { return at(0, i); }
  double advection(int a, std::ptrdiff_t i) const { return at(1 + a, i); }
  double diffusion(std::ptrdiff_t i) const { return at(1 + d, i); }
  std::ptrdiff_t stride(int a) const { return stride_[a]; }

  double slope(const double* z, int a) const { return 0.5 * (z[stride_[a]] - z[-stride_[a]]); }
  double laplacian(const double* z) const {
    double sum = -2.0 * d * z[0];
    for (int a = 0; a < d; ++a) sum += z[stride_[a]] + z[-stride_[a]];
    return sum;
  }

  /// f(W z) at point i of the ghosted array `field`.
  double equilibrium(const double* field, std::ptrdiff_t i) const {
    const double* z = field + i;
    double Z = (1.0 + reaction(i)) * z[0] + diffusion(i) * laplacian(z);
    for (int a = 0; a < d; ++a) Z -= advection(a, i) * slope(z, a);
    return std::tanh(Z);
  }
  /// f'(W z)
  double derivative(const double* field, std::ptrdiff_t i) const {
    const double f = equilibrium(field, i);
    return 1.0 - f * f;
  }

  /// W_ii, and W from the neighbours before and after along an axis.
  double weight(std::ptrdiff_t i) const { return 1.0 + reaction(i) - 2.0 * d * diffusion(i); }
  double weight_before(int a, std::ptrdiff_t i) const {
    return diffusion(i) + 0.5 * advection(a, i);
  }
  double weight_after(int a, std::ptrdiff_t i) const {
    return diffusion(i) - 0.5 * advection(a, i);
  }

  /// use(c, dZ/dtheta_c) at a point.
  template<class Use> void for_derivatives(const double* field, std::ptrdiff_t i, Use use) const {
    const double* z = field + i;
    use(0, z[0]);
    for (int a = 0; a < d; ++a) use(1 + a, -slope(z, a));
    use(1 + d, laplacian(z));
  }

 private:
  double at(int c, std::ptrdiff_t i) const {
    return theta_[static_cast<std::size_t>(c)][fields_ ? i : 0];
  }

  Coefficients theta_;
  std::ptrdiff_t stride_[d_];
};

/// use(Layer) with the class for the problem.
template<class Use> void with_layer(const Problem& problem, int layer, Use use) {
  const auto in_dimension = [&]<int d>(std::integral_constant<int, d>) {
    if (problem.fields) {
      use(Layer<d, true>(problem, layer));
    } else {
      use(Layer<d, false>(problem, layer));
    }
  };
  if (problem.grid.d == 1) in_dimension(std::integral_constant<int, 1>{});
  if (problem.grid.d == 2) in_dimension(std::integral_constant<int, 2>{});
  if (problem.grid.d == 3) in_dimension(std::integral_constant<int, 3>{});
}

} // namespace peers
