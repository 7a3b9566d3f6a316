#pragma once

#include "nadir/grid/field.hpp"
#include "nadir/network/kernel_operator.hpp"

#include <cstdint>
#include <vector>

namespace nadir {

/// The full matrix: every point coupled to every other (theory, section 4). Rows lie with their
/// points; products take all of z to every rank, transposes add what all ranks have for a point, so
/// that results are the same on any number of ranks but for rounding. Boundaries mean nothing to
/// it.
class DenseOperator final : public KernelOperator {
 public:
  /// The grid must outlive this. Collective.
  explicit DenseOperator(const Grid& grid);

  const Layout& state_layout() const override { return layout_; }
  /// theta[0] stands for the weights of all source points, whose fields follow one another.
  void set_coefficients(const LayerCoefficients& coefficients) override;
  void apply(double* z, double* Z, GhostValue beyond) override;
  void apply_transpose(const double* Z_bar, double* z_bar) override;
  void add_gradient(const double* z, const double* Z_bar, const LayerGradient& bar) override;
  double flops() const override { return 2 * static_cast<double>(grid_.points()); }

  /// Bytes of its buffers on a rank, beside the weights.
  static double bytes(double points, double owned) { return 8 * (3 * points + 2 * owned); }

 private:
  void gather(const double* z);
  void count_messages(std::int64_t points);

  const Grid& grid_;
  Layout layout_;
  std::vector<int> counts_, starts_; ///< points of each rank's box, one box after the other
  std::vector<std::int64_t> points_; ///< their indices, in this order
  std::vector<double> packed_;       ///< the owned ones
  std::vector<double> boxes_, all_;  ///< of all points: box by box, in C order
  Field owned_;                      ///< a field that is zero where no point is
  const double* weights_ = nullptr;  ///< [source point][padded field]
};

} // namespace nadir
