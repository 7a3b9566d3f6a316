#pragma once

#include "nadir/analysis/explained.hpp"
#include "nadir/analysis/locality.hpp"
#include "nadir/analysis/moments.hpp"
#include "nadir/analysis/random_matrix.hpp"
#include "nadir/analysis/symbol.hpp"
#include "nadir/grid/grid_spec.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// The room `analysis`: what was computed, in physical terms.
///
/// Here live moments of weights and what they explain (moments.hpp, explained.hpp), the report on
/// a weight matrix (this header), tests for randomness, stability numbers and symbols, the search
/// for attractors and how states relax to them (attractor.hpp, relaxation_history.hpp), tables of
/// coefficients and the speed that was reached.
///
/// The room knows networks and training, and neither command lines nor whole cases.
///
/// In this header: what a weight matrix does, as physics: everything `nadir interpret` tells of one
/// (theory, sections 3 and 9).
namespace nadir {

/// Where neurons sit: on a lattice, or at points anywhere.
struct Neurons {
  std::optional<Lattice> lattice;
  std::vector<double> coordinates; ///< [point][axis], without a lattice
  int dimension = 1;
  std::int64_t points() const;
  /// "y", "x" on a lattice or up to three axes; "q0", "q1", ... beyond.
  std::vector<std::string> axis_names() const;
};

/// What is the same for all matrices of a file.
struct InterpretationPlan {
  Neurons neurons;
  int order = 4;
  double omega = 1.0;
  std::string units = "1";     ///< of the coordinates
  std::vector<double> signals; ///< [signal][point]; empty: a battery of waves
  double weights = 0;          ///< that a matrix has by itself: N^2, or the taps of a filter
  bool activation_is_identity = false, omega_is_trained = false;
  std::string scheme; ///< of the layers, where it is not the one that is assumed, explicit Euler

  std::vector<MomentIndex> indices;  ///< the rest follows from what is above: complete()
  std::vector<Direction> directions; ///< none without a lattice
  std::vector<double> phases, distances;
  void complete(double farthest);
};
inline constexpr std::size_t sampled_waves = 65, sampled_distances = 65;
inline constexpr std::array radius_shares{0.5, 0.9, 0.99};

/// What a moment says.
enum class MomentState : std::int8_t {
  measured = 0,
  aliased = 1,   ///< a copy of lower ones: the stencil has no freedom left for it
  divergent = 2, ///< of a power law: it would only measure the box
};

/// Of one matrix. Rows are those of the kernel: points, or one that holds everywhere.
struct Interpretation {
  std::int64_t rows = 0;
  bool stencil = false;
  std::vector<double> moments;     ///< [moment][row]; NaN where divergent
  std::vector<double> differences; ///< [moment][row], see difference_coefficients; NaN likewise
  std::vector<double> states;      ///< [moment], MomentState
  std::vector<double> at_boundary; ///< [row], 1 where the row would reach beyond an open end
  std::vector<double> reach;       ///< [axis], steps; empty without a lattice
  std::vector<double> power_law;   ///< exponent, its error, length; empty where there is none
  std::vector<double> absolute, squared, radius; ///< locality: [distance], [distance], [share]
  std::vector<double> explained;                 ///< [order], of Wz; NaN where unknown
  std::vector<double> explained_change;          ///< [order], of Wz - z
  std::vector<double> symbol_real, symbol_imaginary, amplification, lowest, highest;
  std::vector<double> drift, variance, effective_diffusion, third; ///< [axis]
  double mass = 0;
  double row_weight = 0;                            ///< mean over the rows of sum_j |W_ij|
  double layer_weight = 0;                          ///< the same of (1 - omega) I + omega W
  std::vector<double> eigenvalues, singular_values; ///< [eigenvalue][re, im], scaled; may be empty
  double verdict = -1, p_circular = 0, p_marchenko_pastur = 0, stable_rank = 0, kurtosis = 0;
  double outlying_eigenvalues = 0, outlying_singular_values = 0;
  double effective_parameters = 0;

  /// The lowest order that explains `enough_explained` of Wz and of its change; negative where none
  /// does.
  std::int64_t sufficient_order() const;
  /// Whether the weights of a layer may be read as a density that moves and spreads: their sum is
  /// above 0, and not what is left where they nearly cancel.
  bool has_cumulants() const;
};
inline constexpr double enough_explained = 0.99;

/// Interprets a kernel on a lattice. `ensemble` is that of its size; null for stencils, and for
/// matrices that are too small. `known`: the power law it is made by; otherwise one is looked for.
/// On this rank alone; throws NumericsError.
Interpretation interpret_kernel(const InterpretationPlan& plan, const KernelRows& kernel,
                                const RandomEnsemble* ensemble,
                                const std::optional<PowerLaw>& known = {});
/// Interprets a matrix [point][point] of points anywhere.
Interpretation interpret_points(const InterpretationPlan& plan, std::span<const double> weights,
                                const RandomEnsemble* ensemble);

/// The size of the block that is judged against random matrices; 0 below fewest_eigenvalues.
std::int64_t judged_size(std::int64_t n);

/// Mean, least and largest of a field over the rows that touch no boundary (all, if all do).
struct FieldRange {
  double mean = 0, lowest = 0, highest = 0;
  bool constant(double negligible) const;
};
/// A moment of this order below that is rounding.
double negligible_moment(const InterpretationPlan& plan, const Interpretation& found,
                         std::int64_t order);
FieldRange range_over_rows(const Interpretation& found, std::span<const double> field);
/// One moment's rows.
std::span<const double> rows_of(const Interpretation& found, const std::vector<double>& fields,
                                std::size_t moment);

/// Where the neurons sit, in words.
std::string neurons_text(const InterpretationPlan& plan);
/// The report of one matrix for a reader, several lines.
std::string interpretation_text(const InterpretationPlan& plan, const Interpretation& found);
/// The truncated PDE in LaTeX; coefficients that vary by their names.
std::string equation_latex(const InterpretationPlan& plan, const Interpretation& found);
/// "reaction", "advection", ..., by total order.
std::string process_name(std::int64_t order);
/// "R", "U_x", "D_yx", "W_xxx/6", ...
std::string coefficient_name(const MomentIndex& k, const std::vector<std::string>& axes);

} // namespace nadir
