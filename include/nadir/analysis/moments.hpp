#pragma once

#include "nadir/analysis/lattice.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Moments of rows of weights and the differential operators they stand for (theory, section 3).
namespace nadir {

/// Powers by axis, slowest axis first.
using MomentIndex = std::vector<std::int32_t>;

std::int64_t total_order(const MomentIndex& k);

/// All multi-indices |k| <= order of `dimension` axes, by total order, then lexicographically.
std::vector<MomentIndex> moment_indices(int dimension, int order);
/// How many there are, (dimension + order) over (order); as a double: it may be huge.
double count_moment_indices(int dimension, int order);
/// Where k stands in that list; it must be there.
std::size_t position_of(const std::vector<MomentIndex>& indices, const MomentIndex& k);

/// W_k(i) = sum_j (q_j - q_i)^k W_ij, [moment][row], by the shorter way round closed axes.
std::vector<double> moments_of(const KernelRows& kernel, const std::vector<MomentIndex>& indices);

/// The same for points anywhere: `coordinates` [point][axis], `weights` [point][point].
std::vector<double> moments_of_points(std::span<const double> coordinates, int dimension,
                                      std::span<const double> weights,
                                      const std::vector<MomentIndex>& indices);

/// Coefficients c_k of the operator sum_k c_k delta^k of narrowest central differences that has the
/// given moments: W_k = sum_m (sum_r r^k delta^m_r) c_m. c_k = W_k/k! less the aliases of lower
/// ones, so that a stencil's c_k vanish beyond the orders it can choose. [moment][row], as
/// `moments`.
std::vector<double> difference_coefficients(const Lattice& lattice,
                                            const std::vector<MomentIndex>& indices,
                                            std::vector<double> moments);

/// Whether a moment is a copy of lower ones: its power along an axis exceeds what the offsets in
/// use can tell apart (a stencil of radius r chooses the powers 0..2r).
bool is_aliased(const MomentIndex& k, const Lattice& lattice,
                const std::array<std::int64_t, max_dimension>& reach);

} // namespace nadir
