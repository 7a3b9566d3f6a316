#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/network/kernel_operator.hpp"
#include "nadir/network/layer_pass.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace nadir {

/// A kernel that couples near neighbours: swept row by row, its ghosts exchanged. The same bits on
/// any number of ranks.
class StencilOperator final : public KernelOperator {
 public:
  /// `samples` fields at a time travel together. The sweep knows the activation for those who sweep
  /// whole layers; they may ask for more ghosts than the kernel needs.
  StencilOperator(const Grid& grid, std::unique_ptr<Kernel> kernel,
                  Activation activation = "identity", std::size_t samples = 1, int ghosts = 0);

  const Layout& state_layout() const override { return layout_; }
  void set_coefficients(const LayerCoefficients& coefficients) override {
    sweep_.set_coefficients(coefficients);
  }
  void apply(double* z, double* Z, GhostValue beyond) override;
  void apply_transpose(const double* Z_bar, double* z_bar) override;
  void add_transpose(const double* Z_bar, double* z_bar) override;
  void add_gradient(const double* z, const double* Z_bar, const LayerGradient& bar) override;
  double flops() const override { return kernel_->flops(); }

  /// For layers that are swept as one.
  int radius() const { return radius_; }
  LayerSweep& sweep() { return sweep_; }
  Halo& halo() { return halo_; }
  /// Of Z_bar, whose ghosts are as wide again: its transpose is gathered beyond mirrors as well.
  const Layout& wide_layout() const { return wide_; }
  Halo& wide_halo() { return wide_halo_; }
  FieldView view(const double* state) const { return view_of<FieldView>(layout_, state); }
  MutableFieldView view(double* state) const { return view_of<MutableFieldView>(layout_, state); }
  FieldView wide_view(const double* field) const { return view_of<FieldView>(wide_, field); }
  MutableFieldView wide_view(double* field) const {
    return view_of<MutableFieldView>(wide_, field);
  }
  /// lambda += W^T g on a box, g a wide array with its ghosts, with what the ghosts beyond mirrors
  /// next to it send back. Not collective.
  void gather(const Box& box, const double* g, double* lambda);

 private:
  template<class View, class T> static View view_of(const Layout& layout, T* field) {
    return {field + layout.index(0, 0, 0), {layout.stride_z, layout.stride_y}};
  }

  std::unique_ptr<Kernel> kernel_;
  int radius_;
  Layout layout_, wide_;
  Box owned_;
  Thickness mirrored_; ///< the radius beyond `reflect` boundaries
  LayerSweep sweep_;
  Halo halo_, wide_halo_;
  std::optional<Field> Z_bar_; ///< wide; zero beyond boundaries, made when needed
};

} // namespace nadir
