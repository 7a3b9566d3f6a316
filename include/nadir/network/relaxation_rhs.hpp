#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/kernel/activation.hpp"
#include "nadir/kernel/layer_sweep.hpp"
#include "nadir/network/kernel_operator.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace nadir {

/// The owned points of padded arrays in pieces of rows, with b and omega of a layer there, and
/// where derivatives with respect to these are added. Not collective.
class PointRows {
 public:
  explicit PointRows(const Layout& layout) : layout_(layout) {}

  /// Views must stay valid.
  void set_coefficients(const LayerCoefficients& coefficients) {
    rows_.set_coefficients(coefficients);
  }
  void set_gradient(const LayerGradient& bar) { rows_.set_gradient(bar); }

  struct Piece {
    std::ptrdiff_t at;     ///< its first point in a padded array
    std::ptrdiff_t packed; ///< and among the owned points in C order
    int n;
    const double *b, *omega;
  };
  /// Calls use(piece) for all of them.
  template<class Use> void for_pieces(Use use) const;
  /// Calls use(piece, b_bar, omega_bar), rows to add derivatives to; null where none is wanted.
  template<class Use> void for_pieces_back(Use use);

 private:
  template<class Use> void for_places(Use use) const;

  Layout layout_;
  CoefficientRows rows_{0};
};

/// What layers march by their schemes (theory, section 1):
///
///     dz/dt = gamma F(z) ,   F(z) = f(W z - b) - z
///
/// and its transpose, for any kernel, on padded arrays of state_layout(). Every point's arithmetic
/// is that of StencilLayer. Collective, but for the getters.
class RelaxationRhs {
 public:
  RelaxationRhs(std::unique_ptr<KernelOperator> kernel, Activation activation);

  const Layout& state_layout() const { return kernel_->state_layout(); }
  KernelOperator& kernel() { return *kernel_; }
  const KernelOperator& kernel() const { return *kernel_; }
  PointRows& rows() { return rows_; }

  void set_coefficients(const LayerCoefficients& coefficients);
  void set_gradient(const LayerGradient& bar);

  /// z_next = z + omega F(z), evaluated as (1 - omega) z + omega f.
  void relax(double* z, double* z_next);

  /// Calls use(piece, f, slope) with rows of f(Z) and f'(Z), Z = W z - b. use may overwrite z.
  template<class Use> void evaluate(double* z, Use use);

  /// With l the adjoint of z + omega F(z), adds what it means for the coefficients and gives that
  /// of z:
  ///
  ///     g = omega l f'(Z) ,   z_bar = (1 - omega) l + W^T g
  ///     theta_bar += g (dW/dtheta) z ,   b_bar -= g ,   omega_bar += l F(z)
  ///
  /// z_bar may not be l.
  void transpose(double* z, const double* l, double* z_bar);
  /// The second line alone.
  void add_gradient(double* z, const double* l);

  /// Evaluations of F so far, transposes counted as those they contain.
  std::int64_t evaluations() const { return evaluations_; }
  /// Floating-point operations per point of one of them, and of a transpose.
  double flops() const;
  double transpose_flops() const;

 private:
  void make_g(double* z, const double* l, double* direct);

  std::unique_ptr<KernelOperator> kernel_;
  ActivationRows activation_;
  PointRows rows_;
  LayerGradient bar_;
  Field Z_, g_; ///< g_ holds nothing between calls
  std::int64_t evaluations_ = 0;
};

// ---- Loops --------------------------------------------------------------------------------------

template<class Use> void PointRows::for_places(Use use) const {
  const Extents& n = layout_.count;
  std::ptrdiff_t packed = 0;
  for (std::int64_t z = 0; z < n[0]; ++z) {
    for (std::int64_t y = 0; y < n[1]; ++y) {
      for (std::int64_t x = 0; x < n[2]; x += segment_points) {
        const auto points = static_cast<int>(std::min<std::int64_t>(segment_points, n[2] - x));
        const RowPlace at{z, y, x};
        use(at, Piece{layout_.index(z, y, x), packed, points, rows_.row(rows_.b(), at).data,
                      rows_.row(rows_.omega(), at).data});
        packed += points;
      }
    }
  }
}

template<class Use> void PointRows::for_pieces(Use use) const {
  for_places([&](const RowPlace&, const Piece& piece) { use(piece); });
}

template<class Use> void PointRows::for_pieces_back(Use use) {
  for_places([&](const RowPlace& at, const Piece& piece) {
    use(piece, rows_.bar(rows_.b(), at, piece.n).data, rows_.bar(rows_.omega(), at, piece.n).data);
    rows_.add_sums(piece.n, rows_.slots());
  });
}

template<class Use> void RelaxationRhs::evaluate(double* z, Use use) {
  ++evaluations_;
  kernel_->apply(z, Z_.data(), GhostValue::given);
  std::array<double, segment_points> f, slope;
  rows_.for_pieces([&](const PointRows::Piece& piece) {
    double* Z = Z_.data() + piece.at;
    for (int i = 0; i < piece.n; ++i) Z[i] -= piece.b[i];
    activation_.evaluate(piece.n, Z, f.data(), slope.data());
    use(piece, f.data(), slope.data());
  });
}

} // namespace nadir
