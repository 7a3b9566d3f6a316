#pragma once

#include "nadir/kernel/activation.hpp"
#include "nadir/kernel/cell_coefficients.hpp"
#include "nadir/kernel/cell_grid.hpp"
#include "nadir/kernel/cell_rows.hpp"
#include "nadir/kernel/layer_sweep.hpp"
#include "nadir/kernel/node_convolution.hpp"
#include "nadir/kernel/node_terms.hpp"
#include "nadir/kernel/row_sums.hpp"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace nadir {

/// The sums over Gauss nodes of a Galerkin layer and their transpose on one rank's box (theory,
/// section 8). With amplitudes z, Phi their values at the nodes x_k and p_k the nodes' weights,
///
///     w_i = sum_k p_k phi_i(x_k) y_k ,
///     y = (1 - omega) Phi z + omega f(Z) ,   Z = Phi z + sum_c theta_c (delta_c Phi z) - b
///
/// where delta_c are exact derivatives of the basis functions, and theta, b and omega at a node
/// are interpolated multilinearly from the points around it. For kernels that know distances alone,
/// Z = theta_0 S - b with the sums S of a NodeConvolution. In lattice units: the volume of a cell
/// stands on both sides of the layer's equation.
///
/// Beyond mirrors the amplitudes are those of the mirrored points, the cells end half-way, and what
/// w receives in ghosts is to be folded back. At other faces cells that reach in from outside are
/// swept by both sides, so that every owned point gets all of its sum in the same order on any
/// number of ranks. The transpose of a NodeConvolution is taken at this rank's own nodes, and adds
/// to ghosts: these are to be summed. Knows no ranks; not collective, allocates nothing after
/// construction.
class GalerkinSweep {
 public:
  using Mirrors = CellGrid::Mirrors;
  using Spacings = std::array<double, max_dimension>;
  /// `count` points of this rank, with mirrors beyond some of their faces.
  GalerkinSweep(const KernelSpec& kernel, int dimension, const GridBasis& basis,
                const Spacings& spacing, const Extents& count, const Mirrors& mirrored,
                Activation activation);
  GalerkinSweep(const GalerkinSweep&) = delete;
  GalerkinSweep& operator=(const GalerkinSweep&) = delete;

  /// Whether the transpose adds to ghosts of other ranks.
  bool reaches_beyond() const { return convolution_.has_value(); }

  /// Of the layer that is swept next, with their ghosts; views must stay valid.
  void set_coefficients(const LayerCoefficients& coefficients);

  /// w += the sums; z has ghosts as wide as basis and kernel reach. Returns false when some y is
  /// not finite.
  [[nodiscard]] bool forward(FieldView z, MutableFieldView w);

  /// With mu the adjoint of w, ghosts included: z_bar += the derivatives of mu . w by z, and by
  /// the coefficients where set_gradient tells.
  void set_gradient(const LayerGradient& bar);
  void adjoint(FieldView z, FieldView mu, MutableFieldView z_bar);

  /// Floating-point operations per point, of the coefficients used last.
  double forward_flops() const;
  double adjoint_flops() const { return 3 * forward_flops(); }

 private:
  using Buffer = CellRows::Buffer;
  using Pair = CellRows::Pair;
  using Cells = CellGrid::Cells;

  /// A derivative at the nodes: of rows `pair`, differentiated along x.
  struct Derivative {
    std::size_t pair;
    int x;
  };

  void choose_kernel(const KernelSpec& kernel, int dimension, const Spacings& spacing);
  std::size_t pair_index(Pair pair);
  std::size_t derivative_index(const MultiIndex& k);
  void choose_rows();

  template<class Use> void for_reached_cells(Use use);
  void contract_pairs(const Cells& at, int node);
  void spread_pairs(const Cells& at, int node);
  void at_nodes(const Cells& at, const NodeRow& nodes, int node);
  void apply_terms(const Cells& at, double* Z);
  void convolve(const Cells& at, const NodeRow& nodes, int node, double* Z);
  NodeConvolution::ShapeRows shape_rows(std::int64_t skipped) const;
  void set_node_values(FieldView z);
  void spread_convolution(const Cells& at, const NodeRow& nodes, int node, const double* g);
  void spread_node_values(MutableFieldView z_bar);
  bool forward_nodes(const Cells& at, const NodeRow& nodes, int node);
  void adjoint_nodes(const Cells& at, const NodeRow& nodes, int node);
  void spread_derivatives(const Cells& at, const NodeRow& nodes, int node, const double* g,
                          const double* direct);
  void add_bars(const Cells& at, int node, const double* g);

  GridBasis basis_;
  CellRows transform_;
  CellGrid cells_;
  CellCoefficients theta_;
  ActivationRows activation_;
  RowSums sums_;
  std::optional<NodeConvolution> convolution_;
  bool with_slopes_ = false;            ///< of the convolution
  std::vector<NodeTerm> terms_;         ///< by coefficient
  std::vector<std::size_t> row_of_;     ///< of each term's derivative
  std::vector<Pair> pairs_;             ///< the first is (0, 0)
  std::vector<Derivative> derivatives_; ///< the first is the value
  std::size_t orders_ = 1;              ///< of derivatives along y
  std::vector<char> term_used_, row_used_, pair_used_;

  // Rows of points and of nodes along x, made once.
  std::vector<Buffer> y_rows_, mu_y_rows_, z_rows_;
  Buffer mu_row_;
  std::vector<Buffer> z_sums_, y_sums_;          ///< on the way back
  std::vector<Buffer> rows_, changes_, scratch_; ///< derivatives at nodes, delta_c z
};

} // namespace nadir
