#pragma once

#include "nadir/training/objective.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
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

/// The misfit, or the penalty of one parameter: each is judged by its own rounding. J is one of
/// them.
struct TaylorCheck {
  static constexpr int halvings = 5;
  std::string parameter; ///< its name
  bool penalty = false;
  /// h, |J(x + h d) - J(x) - h grad.d|, and what rounding may make of that: all that were tried.
  std::vector<double> steps, remainders, floors;
  int window = -1; ///< first step of the window that is judged; -1: none, J is linear in this block
  double slope = 0.0; ///< over the window
  /// The least remainder, or its rounding, relative to h grad.d. A penalty's corners are sharp, and
  /// nearly linear what lies between them: this then decides.
  double linear_to = std::numeric_limits<double>::infinity();
  std::int64_t sign_changes = 0; ///< of Z inside the window, for activations with a kink
  bool drowned = false; ///< the misfit's derivative, in the rounding of its sum with the penalty's
  bool judged() const { return sign_changes == 0 && !drowned; }
  static constexpr double longest_linear_step = 0.1;
  /// Without a window every remainder of such steps lies below.
  double linear_limit(std::size_t k) const { return 10 * floors[k]; }
  bool passed() const;
};

/// Of the misfit alone.
struct DirectionCheck {
  static constexpr int directions = 8;
  std::string parameter; ///< its name
  std::array<double, directions> adjoint{}, difference{};
  double rounding = 0.0;         ///< of the differences, as the norm over all directions
  double distance = 0.0;         ///< of both
  double relative = 0.0;         ///< the same divided by the differences; 0 where all are rounding
  double one_minus_cosine = 0.0; ///< NaN: undefined, where rounding decides it
  static constexpr double cosine_tolerance = 1e-9, relative_tolerance = 1e-6;
  std::int64_t sign_changes = 0; ///< of Z along the directions, for activations with a kink
  bool passed() const;
};

/// All checks of one case. `x` is where the gradient is tested. Collective.
class GradientCheck {
 public:
  GradientCheck(const Grid& grid, const ProblemSpec& c, Objective& objective,
                std::uint64_t seed = 1);

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
  /// A number and what rounding may change of it.
  struct Rounded {
    double value = 0, noise = 0;
  };
  Rounded central_difference(Vec x, double h, Vec direction);
  Rounded misfit_at(Vec x, double h, Vec direction);
  Rounded penalty_at(const ControlSpace::Block& block, Vec x, double h, Vec direction);
  Rounded misfit_derivative(Vec direction);
  void split_gradient(const ControlSpace::Block& block, Vec x);
  TaylorCheck taylor_of(const ControlSpace::Block& block, Vec x, bool penalty);
  DirectionCheck directions_of(const ControlSpace::Block& block, Vec x);
  std::int64_t sign_changes(Vec x, double from, double to, Vec direction);
  std::vector<std::uint8_t> signs_at(Vec x, double h, Vec direction);

  const Grid& grid_;
  const ProblemSpec& case_;
  Objective& objective_;
  std::uint64_t seed_;
  Evaluate evaluate_;
  double target_size_ = 0; ///< square root of sum w m y^2
  VecHandle gradient_, moved_;
  VecHandle misfit_gradient_, penalty_gradient_, products_;
};

} // namespace nadir
