#pragma once

#include "petsc_problem.hpp"

namespace peers {

/// dF/dz and dF/dp of F(z, p) = tanh(W(p) z) - z for TSAdjoint: assembled (AIJ; dF/dp dense where p
/// is a few numbers), or shells that know only their transpose product. p of one layer holds, on
/// each rank, its points of R, of U_a by axis and of D, one after the other.
class Jacobians {
 public:
  Jacobians(const Problem& problem, bool assembled);
  Jacobians(const Jacobians&) = delete;
  Jacobians& operator=(const Jacobians&) = delete;
  ~Jacobians();

  Mat dz = nullptr, dp = nullptr;

  /// Both at a state, for a layer.
  void set_dz(Vec z, int layer);
  void set_dp(Vec z, int layer);

 private:
  static PetscErrorCode multiply_dz(Mat shell, Vec lambda, Vec result);
  static PetscErrorCode multiply_dp(Mat shell, Vec lambda, Vec result);
  void make_assembled();
  void make_shells();
  void set_state(Vec z, int layer);
  void transpose_dz(const double* lambda, double* result);
  void transpose_dp(const double* lambda, double* result);
  void assemble_dp_fields();
  void assemble_dp_numbers();

  const Problem& problem_;
  bool assembled_;
  Vec z_ = nullptr, g_local_ = nullptr; ///< with ghosts
  int layer_ = 0;
  std::vector<double> derivative_; ///< f'(W z) without ghosts
};

} // namespace peers
