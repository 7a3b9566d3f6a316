#pragma once

#include "nadir/network/layer.hpp"
#include "nadir/network/normaliser.hpp"
#include "nadir/network/relaxation_rhs.hpp"
#include "nadir/network/scheme.hpp"
#include "nadir/network/schemes.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace nadir {

/// Layers of any kernel, scheme and normalisation, and their exact transpose: one layer at a time,
/// sample after sample. Explicit Euler gives the bits of StencilLayer. Whatever a scheme needs
/// beside the states is computed again from them on the way back.
class SchemeLayer final : public Layer {
 public:
  /// Of the case's activation, scheme and normalisation, for at most `samples` samples. Grid must
  /// outlive it. Collective.
  SchemeLayer(const Grid& grid, const NetworkSpec& network, std::unique_ptr<KernelOperator> kernel,
              std::size_t samples = 1);

  const Layout& state_layout() const override { return rate_.state_layout(); }
  std::size_t samples_per_pass() const override { return problems_.size(); }

  double forward_flops() const override;
  double adjoint_flops() const override;

  /// Ghosts are filled where they are needed.
  void prepare(double* /*z*/) const override {}
  void steps(const LayerCoefficients& coefficients, const StateTable& z) override;
  const std::optional<LayerFailure>& problem(std::size_t sample) const override {
    return problems_[sample];
  }
  void steps_transpose(const LayerCoefficients& coefficients, const StateTable& z,
                       const std::array<std::span<double* const>, 2>& lambda,
                       const LayerGradient& bar) override;
  /// f and f' are taken from the states it is given, whatever they are.
  void states_are_rounded(bool /*rounded*/) override {}

  void apply(const LayerCoefficients& coefficients, double* z, double* Z,
             GhostValue beyond) override;
  void apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar,
                       double* z_bar) override;

  /// Arrays of the size of a state that such a layer holds beside its kernel.
  static std::int64_t arrays(const NetworkSpec& network, bool with_transpose);

 private:
  std::string transpose(double* z, double* z_next, double* lambda_next, double* lambda);
  bool computes_again() const;
  void note_non_finite(const double* z, std::optional<LayerFailure>& first) const;

  const Grid& grid_;
  RelaxationRhs rate_;
  Normaliser normaliser_;
  std::unique_ptr<Scheme> scheme_;
  std::optional<Field> y_;                                ///< z_next as the scheme left it
  std::vector<std::optional<LayerFailure>> problems_;     ///< by sample
  double forward_evaluations_ = 1, back_evaluations_ = 1; ///< of F, by the last pass, each sample
};

} // namespace nadir
