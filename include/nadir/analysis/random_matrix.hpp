#pragma once

#include <mpi.h>

#include <complex>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

/// Whether a weight matrix can be told from a random one of its size and variance (theory, section
/// 9): its eigenvalues against the circular law, its squared singular values against
/// Marchenko-Pastur's, and its largest ones, each against matrices of independent normal numbers.
namespace nadir {

/// Below this many eigenvalues every matrix looks random.
inline constexpr std::int64_t fewest_eigenvalues = 50;
/// Of larger matrices the leading block of this size is judged: random matrices have random blocks.
inline constexpr std::int64_t largest_judged = 256;

/// Eigenvalues and singular values (largest first) of a matrix whose mean and mean diagonal were
/// subtracted and that was scaled by std sqrt(N).
struct MatrixSpectrum {
  std::vector<std::complex<double>> eigenvalues;
  std::vector<double> singular_values;
  bool constant = false; ///< all entries were the same: there is nothing to tell
};
/// By LAPACK, on this rank alone. `matrix` is N x N by rows. Throws NumericsError where LAPACK does
/// not converge. Without variance but rounding all are 0.
MatrixSpectrum spectrum_of(std::span<const double> matrix, std::int64_t n);

/// Singular values of any matrix by rows, largest first. By LAPACK, as above.
std::vector<double> singular_values_of(std::vector<double> matrix, std::int64_t rows,
                                       std::int64_t columns);

/// How far a spectrum is from the laws: the largest distances between distribution functions, of
/// |lambda|^2 from uniform and of s^2 from Marchenko-Pastur, and the largest |lambda| and s.
struct SpectrumDistances {
  double circular = 0, radius = 0, marchenko_pastur = 0, largest = 0;
};
SpectrumDistances distances_of(const MatrixSpectrum& spectrum);

/// The same distances of random matrices of one size.
struct RandomEnsemble {
  std::vector<SpectrumDistances> samples;
};
/// Dealt out over ranks, the same numbers on any number of them. `samples` of 0 chooses: 99 up to
/// N = 128, then 49. Collective; all ranks throw the same NumericsError or none does.
RandomEnsemble random_ensemble(MPI_Comm comm, std::int64_t n, std::int64_t samples = 0);

/// None where there are too few eigenvalues, or all entries are the same.
enum class RandomVerdict : std::int8_t { none = -1, structured = 0, random = 1 };

struct RandomDiagnosis {
  RandomVerdict verdict = RandomVerdict::none;
  /// Probabilities that a random matrix is as far from the law or has as large a value; of both
  /// statistics the less probable one, doubled. NaN without a verdict.
  double p_circular, p_marchenko_pastur;
  std::int64_t outlying_eigenvalues = 0, outlying_singular_values = 0; ///< beyond every sample's
};
/// A spectrum with a p-value below this is called structured; of random matrices that happens to
/// about one in fifty.
inline constexpr double significant = 0.01;
RandomDiagnosis diagnose(const MatrixSpectrum& spectrum, const RandomEnsemble& ensemble);

/// |W|_F^2 / |W|_2^2 of a matrix as it is, rows x columns; NaN for 0.
double stable_rank(std::span<const double> matrix, std::int64_t rows, std::int64_t columns);

/// Fourth central moment over the squared variance, 3 for normal numbers; NaN without variance.
double kurtosis(std::span<const double> values);

} // namespace nadir
