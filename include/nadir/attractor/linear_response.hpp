#pragma once

#include "nadir/attractor/fixed_point_map.hpp"

#include <cstdint>
#include <vector>

namespace nadir {

/// How a linear system was solved.
struct LinearEnd {
  bool solved = false;
  double residual = 0;         ///< norm, relative to the right-hand side's
  std::vector<double> history; ///< of all iterations
};

/// Right null vectors n of I - J, orthonormal, and as many left ones psi with psi_i . n_j = 1 where
/// i = j, else 0.
struct NullSpace {
  std::vector<VecHandle> right, left;
  bool everything = false; ///< J = I: every field is a null vector, and none is listed
};

/// The linear systems of a fixed point, without a matrix: how it answers to a disturbance, and the
/// adjoint of that.
///
///     (I - J) x = r ,    (I - J)^T x = r
///
/// about the state the map was linearised at. GMRES; options: -attractor_linear_ksp_... Collective.
class LinearResponse {
 public:
  /// Reads the options.
  explicit LinearResponse(FixedPointMap& map);

  static constexpr int most_rounds = 6;

  /// x is made anew; solved to rounding, by refinement in `rounds` at most. Where find_null_space()
  /// has found null vectors, r is first made consistent, r - sum_k (psi_k . r) n_k (transpose: r -
  /// sum_k (n_k . r) n_k), and n_k . x = 0.
  LinearEnd solve(Vec r, Vec x, int rounds = most_rounds);
  LinearEnd solve_transpose(Vec r, Vec x);

  /// The null space of I - W for f = identity, as far as it is made of the constant and of
  /// checkerboards along even periodic axes (theory, section 9); the left vectors are computed.
  /// Throws NumericsError where that fails. The solver gets both.
  const NullSpace& find_null_space();
  /// Whether it has any such right null vector. Not remembered.
  bool is_singular();
  const NullSpace& null_space() const { return null_; }

 private:
  enum class Side { plain, transpose };
  LinearEnd refine(Vec r, Vec x, Side side, int rounds = most_rounds);
  void multiply(Vec x, Vec result, Side side);
  bool is_null(Vec v, Side side);
  NullSpace find_right();
  void find_left();
  void attach();

  FixedPointMap& map_;
  MatHandle matrix_;
  KspHandle ksp_;
  NullSpace null_;
  double null_size_ = 0; ///< what the operator makes of a null vector of norm 1 is at most this
};

} // namespace nadir
