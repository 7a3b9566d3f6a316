#pragma once

#include "nadir/grid/grid.hpp"
#include "nadir/network/relaxation_rhs.hpp"

namespace nadir {

/// What holds the norm of a sample's states (theory, section 7), |z|^2 = V sum_i z_i^2 with V the
/// volume of a cell, after the scheme has made z_next of z:
///
///     uniform, radial   z_next += omega/gamma R[z] ,   R = -alpha (|z| - 1), or that times z/|z|
///     project           z_next <- z_next / |z_next|
///
/// Of z = 0 the radial R is 0, and so is the derivative of |z|. Norms are ReproducibleSums, one
/// reduction a layer. Padded arrays of the layout of `rows`, which hold omega and say where its
/// derivatives go. Collective.
class Normaliser {
 public:
  /// Both must outlive it.
  Normaliser(const Grid& grid, const NetworkSpec& network, PointRows& rows);

  Normalisation kind() const { return kind_; }
  bool projects() const { return kind_ == Normalisation::project; }

  void apply(const double* z, double* z_next) const;

  /// lambda of y/|y|, in place to that of y:  lambda <- (lambda - V y (y . lambda)/|y|^2)/|y|.
  void transpose_projection(const double* y, double* lambda) const;

  /// Adds to lambda, the adjoint of z, and to the gradient of omega what the term means for them,
  /// lambda_next the adjoint of z_next; with t = omega/gamma lambda_next, n = |z|,
  ///
  ///     uniform   lambda -= alpha V (z/n) sum_i t_i
  ///     radial    lambda -= alpha (1 - 1/n) t + alpha V z/n^3 (z . t)
  void add_transpose(const double* z, const double* lambda_next, double* lambda) const;

 private:
  struct Term {
    double of_one = 0, of_z = 0;
  };
  Term term(double n) const;
  double norm(const double* z) const;

  MPI_Comm comm_;
  Normalisation kind_;
  double alpha_, rate_, volume_;
  PointRows& rows_;
};

} // namespace nadir
