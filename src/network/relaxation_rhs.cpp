#include "nadir/network/relaxation_rhs.hpp"

namespace nadir {
namespace {

constexpr double relaxation_flops = 25, gradient_flops = 30; ///< with the activation

} // namespace

RelaxationRhs::RelaxationRhs(std::unique_ptr<KernelOperator> kernel, Activation activation)
    : kernel_(std::move(kernel)), activation_(activation_rows(activation)),
      rows_(kernel_->state_layout()), Z_(kernel_->state_layout()), g_(kernel_->state_layout()) {}

void RelaxationRhs::set_coefficients(const LayerCoefficients& coefficients) {
  kernel_->set_coefficients(coefficients);
  rows_.set_coefficients(coefficients);
}

void RelaxationRhs::set_gradient(const LayerGradient& bar) {
  bar_ = bar;
  rows_.set_gradient(bar);
}

void RelaxationRhs::relax(double* z, double* z_next) {
  ++evaluations_;
  kernel_->apply(z, Z_.data(), GhostValue::given);
  rows_.for_pieces([&](const PointRows::Piece& piece) {
    // What is not finite is found later, after the normalisation.
    (void)activation_.relax(piece.n, Z_.data() + piece.at, piece.b, piece.omega, z + piece.at,
                            z_next + piece.at, {});
  });
}

/// g, and what it and l add to the gradients; direct = (1 - omega) l where it is wanted.
void RelaxationRhs::make_g(double* z, const double* l, double* direct) {
  ++evaluations_;
  kernel_->apply(z, Z_.data(), GhostValue::given);
  std::array<double, segment_points> unused;
  rows_.for_pieces_back([&](const PointRows::Piece& piece, double* b_bar, double* omega_bar) {
    activation_.adjoint(piece.n, Z_.data() + piece.at, piece.b, piece.omega, z + piece.at,
                        l + piece.at, g_.data() + piece.at,
                        direct ? direct + piece.at : unused.data(), b_bar, omega_bar);
  });
  kernel_->add_gradient(z, g_.data(), bar_);
}

void RelaxationRhs::transpose(double* z, const double* l, double* z_bar) {
  make_g(z, l, z_bar);
  kernel_->add_transpose(g_.data(), z_bar);
}

void RelaxationRhs::add_gradient(double* z, const double* l) { make_g(z, l, nullptr); }

double RelaxationRhs::flops() const { return kernel_->flops() + relaxation_flops; }

double RelaxationRhs::transpose_flops() const { return 3 * kernel_->flops() + gradient_flops; }

} // namespace nadir
