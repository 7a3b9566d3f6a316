#pragma once

#include "nadir/base/box.hpp"
#include "nadir/kernel/kernel_spec.hpp"

#include <array>
#include <cstddef>
#include <memory>

/// The room `kernel`: weights W and activations f, point by point.
///
/// Here live what a case says of W (kernel_spec.hpp, parameter_spec.hpp), the families of kernels
/// (kernel_family.hpp) as row functions (this header) or as tables of neighbours
/// (stencil_table.hpp), activations, one file each in src/kernel/activations, and the sweeps that
/// drive both over boxes of points: forward, transpose and gradient side by side
/// (layer_sweep.hpp; galerkin_sweep.hpp where states are functions).
///
/// The inner loops of nadir. The room knows no ranks, no ghosts but by their width, no layers
/// beyond the one that is swept, no PETSc and no files; nothing allocates after construction.
namespace nadir {

/// Neighbours of a point in memory: distances to the next point along z and y (x is 1).
struct Strides {
  std::ptrdiff_t z = 0, y = 0;
};

/// The first point of a row segment and how to reach its neighbours. A constant coefficient is a
/// row of equal numbers with both strides 0, so that rows never ask which kind they have.
template<class T> struct BasicRow {
  T* data = nullptr;
  Strides stride;
};
using Row = BasicRow<const double>;
using MutableRow = BasicRow<double>;

/// Most coefficients a kernel has, but for a full matrix.
inline constexpr int max_coefficients = 125;
/// Points per row segment: the buffers of a segment stay in the first-level cache.
inline constexpr int segment_points = 512;

/// A family of weight kernels W(theta) whose neighbours are at most radius() points away; of most
/// families linear in the coefficients theta_c,
///
///     (W z)_i = z_i + sum_c theta_c,i (delta_c z)_i     (or without z_i)
///
/// with difference operators delta_c of constant coefficients (theory, section 4). The weights of
/// row i are made of the coefficients at i alone. Works on row segments of n <= segment_points
/// points; knows no ghosts, no layers, no ranks.
class Kernel {
 public:
  virtual ~Kernel() = default;

  /// Number of theta_c.
  virtual int coefficients() const = 0;

  /// Neighbours are at most so many points away along every axis.
  virtual int radius() const = 0;

  /// Floating-point operations of `apply` per point; the transpose and the gradient take about as
  /// many each.
  virtual double flops() const = 0;

  /// Z = W z. `z` has valid neighbours at distance radius(); `Z` does not overlap it.
  virtual void apply(Row z, const Row* theta, int n, double* Z) const = 0;

  /// z_bar = W^T Z_bar, or z_bar += W^T Z_bar. Z_bar and theta have neighbours at that distance
  /// too, Z_bar is zero beyond the boundaries of the grid.
  virtual void apply_transpose(Row Z_bar, const Row* theta, int n, double* z_bar) const = 0;
  virtual void add_transpose(Row Z_bar, const Row* theta, int n, double* z_bar) const = 0;

  /// theta_bar_c += Z_bar d(W z)/d theta_c, the derivative of Z_bar . W z, point by point; that is
  /// Z_bar (delta_c z) where W is linear in theta. Rows without data are left out.
  virtual void add_gradient(Row z, const Row* theta, const double* Z_bar, int n,
                            MutableRow* theta_bar) const = 0;
};

/// The kernel of a case's family, or the sum of several. `spacing` per axis, slowest first, unused
/// axes ignored.
std::unique_ptr<Kernel> make_kernel(const KernelSpec& kernel, int dimension,
                                    const std::array<double, max_dimension>& spacing);

} // namespace nadir
