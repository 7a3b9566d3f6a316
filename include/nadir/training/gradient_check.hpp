#pragma once

#include "nadir/training/objective.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace nadir {

/// The acceptance of a gradient (theory, section 6): transpose test, Taylor rates, directional
/// derivatives. Random numbers are hashed from seed and global index, so that every rank count
/// tests the same directions.

struct TransposeCheck {
  double difference = 0.0; ///< |<Wz, lambda> - <z, W^T lambda>| / (||Wz|| ||lambda||), worst layer
  static constexpr double tolerance = 1e-13;
  bool passed() const { return difference <= tolerance; }
};

struct TaylorCheck {
  static constexpr int halvings = 5;
  Parameter parameter{};
  std::vector<double> steps,
      remainders;  ///< h and |J(x + h d) - J(x) - h grad.d|, all that were tried
  int window = -1; ///< first step of the window that is judged; -1: none, J is linear in this block
  double slope = 0.0;            ///< over the window
  double linear_limit = 0.0;     ///< without a window every remainder must lie below
  std::int64_t sign_changes = 0; ///< of Z inside the window, for activations with a kink
  bool passed() const;
};

struct DirectionCheck {
  static constexpr int directions = 8;
  Parameter parameter{};
  std::array<double, directions> adjoint{}, difference{};
  double one_minus_cosine = 0.0, relative = 0.0;
  static constexpr double cosine_tolerance = 1e-9, relative_tolerance = 1e-6;
  std::int64_t sign_changes = 0; ///< of Z along the directions, for activations with a kink
  bool passed() const;
};

/// All checks of one case. `x` is where the gradient is tested. Collective.
class GradientCheck {
 public:
  GradientCheck(const Grid& grid, const Case& c, Objective& objective, std::uint64_t seed = 1);

  /// Loss and gradient at x, for checking another gradient than the objective's own.
  using Evaluate = std::function<double(Vec x, Vec gradient)>;
  void check_instead(Evaluate evaluate) { evaluate_ = std::move(evaluate); }

  /// The kernel's linear part, every layer with coefficients of its own, at the coefficients of x.
  TransposeCheck transpose(Vec x);
  /// One per trained parameter.
  std::vector<TaylorCheck> taylor(Vec x);
  std::vector<DirectionCheck> directions(Vec x);

 private:
  void set_direction(const ControlSpace::Block& block, std::uint64_t stream, Vec d) const;
  void move(Vec from, double h, Vec direction);
  bool kinked() const;
  std::uint64_t direction_stream(const ControlSpace::Block& block, std::size_t k) const;
  double central_difference(Vec x, double h, Vec direction);
  double value_at(Vec x, double h, Vec direction);
  TaylorCheck taylor_of(const ControlSpace::Block& block, Vec x);
  DirectionCheck directions_of(const ControlSpace::Block& block, Vec x);
  std::int64_t sign_changes(Vec x, double from, double to, Vec direction);
  std::vector<std::uint8_t> signs_at(Vec x, double h, Vec direction);

  const Grid& grid_;
  const Case& case_;
  Objective& objective_;
  std::uint64_t seed_;
  Evaluate evaluate_;
  VecHandle gradient_, moved_;
};

} // namespace nadir
