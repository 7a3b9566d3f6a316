#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/network/layer.hpp"
#include "nadir/network/layer_pass.hpp"
#include "nadir/network/stencil_operator.hpp"

#include <vector>

namespace nadir {

/// Relaxation layers on the distributed grid, and their exact transpose (theory, sections 1, 6):
///
///     z_{l+1} = (1 - omega) z_l + omega f(W z_l - b)
///     lambda_l = (1 - omega) lambda_{l+1} + W^T g ,   g = omega lambda_{l+1} f'(Z_l)
///
/// One layer, or several with the same coefficients in one pass over the points (LayerPass), of one
/// sample or several. States and adjoints are padded arrays of `state_layout()`. Point by point the
/// arithmetic is the same however many layers and samples a pass takes and on any number of ranks.
/// Points that touch no ghosts are swept while the first halo messages travel.
class StencilLayer : public Layer {
 public:
  /// `forward` and `transpose` tell how passes are cut, `samples` how many a pass takes at most;
  /// `ghosts` are those of states and g, where more are wanted than the kernel needs.
  StencilLayer(const Grid& grid, std::unique_ptr<Kernel> kernel, Activation activation,
               const Tiling& forward = {}, const Tiling& transpose = {}, std::size_t samples = 1,
               int ghosts = 0);

  const Layout& state_layout() const override { return layout_; }
  std::int64_t layers_per_pass() const override { return forward_.layers(); }
  std::int64_t layers_per_pass_back() const override { return back_.layers(); }
  std::size_t samples_per_pass() const override { return samples_; }

  double forward_flops() const override { return sweep_.forward_flops(); }
  double adjoint_flops() const override { return sweep_.adjoint_flops(); }

  void prepare(double* z) const override;
  void steps(const LayerCoefficients& coefficients, const StateTable& z) override;
  const std::optional<LayerFailure>& problem(std::size_t sample) const override {
    return problems_[sample];
  }
  void steps_transpose(const LayerCoefficients& coefficients, const StateTable& z,
                       const std::array<std::span<double* const>, 2>& lambda,
                       const LayerGradient& bar) override;
  void states_are_rounded(bool rounded) override { sweep_.states_are_rounded(rounded); }

  void apply(const LayerCoefficients& coefficients, double* z, double* Z,
             GhostValue beyond) override;
  void apply_transpose(const LayerCoefficients& coefficients, const double* Z_bar,
                       double* z_bar) override;

 protected:
  void begin_pass(const LayerCoefficients& coefficients);
  /// Step k forward on a box whose neighbours are there.
  void compute(const StateTable& z, std::int64_t k, const Box& box);

  /// The states and adjoints of a pass back, whose step k comes to those of layer steps - k.
  struct WayBack {
    const StateTable& z;
    std::array<std::span<double* const>, 2> lambda; ///< [k % 2][sample]

    std::span<double* const> adjoints(std::int64_t k) const {
      return lambda[static_cast<std::size_t>(k % 2)];
    }
  };
  /// `turns`: steps whose g are held at a time.
  void make_g(std::size_t turns);
  /// g of step k, by sample.
  std::span<double* const> g(std::int64_t k) const;
  /// Step k on a box: first g from the adjoints of step k - 1, then, where its neighbours have
  /// theirs, the adjoints of step k.
  void adjoint(const WayBack& way, std::int64_t k, const Box& box);
  void gather(const WayBack& way, std::int64_t k, const Box& box);

  const Grid& grid_;
  StencilOperator kernel_;
  LayerSweep& sweep_;    ///< the kernel's
  Halo &halo_, &g_halo_; ///< the kernel's
  const Layout& layout_; ///< of states
  std::size_t samples_;

 private:
  void fill_beside(const Halo& halo, double* field, const Box& box, GhostValue beyond) const;

  LayerPass forward_, back_;
  std::vector<std::optional<LayerFailure>> problems_; ///< by sample
  std::vector<Field> g_fields_;                       ///< omega lambda f'(Z), made when needed
  std::vector<double*> g_;                            ///< [k % turns][sample]
};

} // namespace nadir
