#pragma once

#include "nadir/network/scheme.hpp"

#include <vector>

namespace nadir {

/// z' = (1 - omega) z + omega f(W z - b), the layer of the network.
class ExplicitEuler final : public Scheme {
 public:
  explicit ExplicitEuler(RelaxationRhs& rate) : rate_(rate) {}
  std::string step(double* z, double* z_next) override {
    rate_.relax(z, z_next);
    return {};
  }
  std::string step_transpose(double* z, double*, const double* lambda_next,
                             double* lambda) override {
    rate_.transpose(z, lambda_next, lambda);
    return {};
  }

 private:
  RelaxationRhs& rate_;
};

/// A Runge-Kutta method whose stages need the one before only, of `stages` <= 4:
///
///     Y_0 = z ,   Y_i = z + a_i omega k_{i-1} ,   k_i = F(Y_i) ,   z' = z + omega sum_i b_i k_i
struct Tableau {
  std::size_t stages;
  std::array<double, 4> a, b;
};
inline constexpr Tableau heun{2, {0, 1}, {0.5, 0.5}};
inline constexpr Tableau classical_fourth_order{
    4, {0, 0.5, 0.5, 1}, {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6}};

class RungeKutta final : public Scheme {
 public:
  RungeKutta(RelaxationRhs& rate, const Tableau& tableau);
  std::string step(double* z, double* z_next) override;

  /// With m_i = b_i lambda' + a_{i+1} Y_bar_{i+1}, from the last stage to the first:
  ///
  ///     Y_bar_i = F'(Y_i)^T (omega m_i) ,   omega_bar += m_i k_i ,   lambda = lambda' + sum
  ///     Y_bar_i
  ///
  /// The stages are computed again.
  std::string step_transpose(double* z, double* z_next, const double* lambda_next,
                             double* lambda) override;

  static std::int64_t arrays(const Tableau& tableau, bool with_transpose) {
    return with_transpose ? static_cast<std::int64_t>(tableau.stages) + 1 : 1;
  }

 private:
  void make_stages(double* z);

  RelaxationRhs& rate_;
  Tableau tableau_;
  std::vector<Field> stages_; ///< Y_1, ...; more than one when needed
  std::vector<Field> back_;   ///< m and Y_bar, when needed
};

} // namespace nadir
