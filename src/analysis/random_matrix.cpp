#include "nadir/analysis/random_matrix.hpp"

#include "nadir/base/check.hpp"
#include "nadir/base/collective.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hashed_random.hpp"

#include <petscblaslapack.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace nadir {
namespace {

PetscBLASInt lapack_size(std::int64_t n) {
  PetscBLASInt size = 0;
  check_petsc(PetscBLASIntCast(static_cast<PetscInt>(n), &size));
  return size;
}

void require_convergence(PetscBLASInt info) {
  if (info != 0) throw NumericsError("LAPACK finds no eigenvalues or singular values of a matrix");
}

/// Of the weights, and of sums of many of them.
constexpr double rounding = 1e-12;

/// Mean off and on the diagonal subtracted, divided by std sqrt(N); 0 where that leaves rounding.
std::vector<double> standardised(std::span<const double> matrix, std::int64_t n) {
  const auto size = static_cast<std::size_t>(n);
  std::vector<double> m(matrix.begin(), matrix.end());
  double diagonal = 0;
  for (std::size_t i = 0; i < size; ++i) diagonal += m[i * (size + 1)];
  const double all = std::accumulate(m.begin(), m.end(), 0.0);
  const double mean = (all - diagonal) / static_cast<double>(m.size() - size);
  for (double& value : m) value -= mean;
  const double diagonal_mean = diagonal / static_cast<double>(n) - mean;
  for (std::size_t i = 0; i < size; ++i) m[i * (size + 1)] -= diagonal_mean;
  const double squares = std::inner_product(m.begin(), m.end(), m.begin(), 0.0);
  if (!std::isfinite(squares))
    throw NumericsError("the squares of the weights leave the range of numbers");
  const double whole = std::inner_product(matrix.begin(), matrix.end(), matrix.begin(), 0.0);
  const bool nothing = squares <= rounding * rounding * whole;
  const double scale = std::sqrt(squares / static_cast<double>(n));
  for (double& value : m) value = nothing ? 0.0 : value / scale;
  return m;
}

/// Calls LAPACK twice: it says how much room it needs (length = -1), then does its work there.
template<class Call>
void with_work_space(const Call& call, std::vector<double>& work, PetscBLASInt& length,
                     const PetscBLASInt& info) {
  check_petsc(call());
  require_convergence(info);
  length = static_cast<PetscBLASInt>(work[0]);
  work.resize(static_cast<std::size_t>(length));
  check_petsc(call());
  require_convergence(info);
}

/// Whether all entries are the same but for rounding.
bool is_constant(std::span<const double> matrix) {
  const auto [least, most] = std::ranges::minmax(matrix);
  return most - least <= rounding * std::max(std::abs(least), std::abs(most));
}

/// LAPACK takes columns for rows, which changes neither eigenvalues nor singular values.
std::vector<std::complex<double>> eigenvalues_of(std::vector<double> m, std::int64_t n) {
  const PetscBLASInt size = lapack_size(n), one = 1;
  const auto count = static_cast<std::size_t>(n);
  std::vector<double> real(count), imaginary(count), work(1);
  PetscBLASInt length = -1, info = 0;
  double none = 0;
  const auto call = [&]() -> PetscErrorCode {
    PetscCallBLAS("LAPACKgeev",
                  LAPACKgeev_("N", "N", &size, m.data(), &size, real.data(), imaginary.data(),
                              &none, &one, &none, &one, work.data(), &length, &info));
    return PetscErrorCode(0);
  };
  with_work_space(call, work, length, info);
  std::vector<std::complex<double>> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = {real[i], imaginary[i]};
  return values;
}

/// The largest squared singular value by powers of W^T W, to six digits or so.
double largest_square(std::span<const double> matrix, std::int64_t columns) {
  constexpr int most = 300;
  constexpr double enough = 1e-9;
  const auto n = static_cast<std::size_t>(columns);
  std::vector<double> x(n), next(n);
  for (std::size_t j = 0; j < n; ++j) x[j] = hashed_number(n, j);
  double square = 0;
  for (int i = 0; i < most; ++i) {
    const double norm = std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
    std::ranges::fill(next, 0.0);
    double found = 0;
    for (auto rest = matrix; !rest.empty(); rest = rest.subspan(n)) {
      const auto row = rest.first(n);
      const double y = std::inner_product(row.begin(), row.end(), x.begin(), 0.0) / norm;
      found += y * y;
      for (std::size_t j = 0; j < n; ++j) next[j] += y * row[j];
    }
    x.swap(next);
    const bool settled = std::abs(found - square) <= enough * found;
    square = found;
    if (settled) break;
  }
  return square;
}

/// The largest distance between the distribution of `values`, already mapped to [0, 1], and the
/// uniform one (Kolmogorov and Smirnov's).
double distance_from_uniform(std::vector<double> values) {
  std::ranges::sort(values);
  const auto n = static_cast<double>(values.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto k = static_cast<double>(i);
    largest = std::max({largest, (k + 1) / n - values[i], values[i] - k / n});
  }
  return largest;
}

/// Marchenko and Pastur's distribution function of s^2 for a square matrix: a quarter circle in s.
double quarter_circle(double s) {
  const double half = std::clamp(s / 2, 0.0, 1.0);
  return 2 / std::numbers::pi * (half * std::sqrt(1 - half * half) + std::asin(half));
}

/// A matrix of independent normal numbers (Box and Muller's).
std::vector<double> normal_matrix(std::int64_t n, std::int64_t sample) {
  constexpr std::uint64_t seed = 0x6e616469722d726d; // "nadir-rm"
  const std::uint64_t stream = hashed(seed, static_cast<std::uint64_t>(sample));
  std::vector<double> values(static_cast<std::size_t>(n * n));
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const double radius = std::sqrt(-2 * std::log(0.5 + 0.5 * hashed_number(stream, i)));
    const double angle = std::numbers::pi * hashed_number(stream, i + 1);
    values[i] = radius * std::cos(angle);
    if (i + 1 < values.size()) values[i + 1] = radius * std::sin(angle);
  }
  return values;
}

using Distance = double SpectrumDistances::*;

/// The probability of a value at least as large, by the extreme-value distribution with mean and
/// variance of the samples: the distances are largest values themselves.
double tail_probability(double value, const RandomEnsemble& ensemble, Distance distance) {
  const auto n = static_cast<double>(ensemble.samples.size());
  double mean = 0, variance = 0;
  for (const auto& sample : ensemble.samples) mean += sample.*distance / n;
  for (const auto& sample : ensemble.samples)
    variance += std::pow(sample.*distance - mean, 2) / (n - 1);
  const double scale = std::sqrt(6 * variance) / std::numbers::pi;
  const double x = (value - mean) / scale + std::numbers::egamma;
  return -std::expm1(-std::exp(-x));
}

double largest_of(const RandomEnsemble& ensemble, Distance distance) {
  double largest = 0;
  for (const auto& sample : ensemble.samples) largest = std::max(largest, sample.*distance);
  return largest;
}

} // namespace

std::vector<double> singular_values_of(std::vector<double> m, std::int64_t rows,
                                       std::int64_t columns) {
  const PetscBLASInt across = lapack_size(columns), down = lapack_size(rows), one = 1;
  std::vector<double> values(static_cast<std::size_t>(std::min(rows, columns))), work(1);
  PetscBLASInt length = -1, info = 0;
  double none = 0;
  const auto call = [&]() -> PetscErrorCode {
    PetscCallBLAS("LAPACKgesvd",
                  LAPACKgesvd_("N", "N", &across, &down, m.data(), &across, values.data(), &none,
                               &one, &none, &one, work.data(), &length, &info));
    return PetscErrorCode(0);
  };
  with_work_space(call, work, length, info);
  return values;
}

MatrixSpectrum spectrum_of(std::span<const double> matrix, std::int64_t n) {
  const std::vector<double> m = standardised(matrix, n);
  return {eigenvalues_of(m, n), singular_values_of(m, n, n), is_constant(matrix)};
}

SpectrumDistances distances_of(const MatrixSpectrum& spectrum) {
  SpectrumDistances d;
  std::vector<double> circular, quarter;
  for (const auto& value : spectrum.eigenvalues) {
    circular.push_back(std::min(1.0, std::norm(value)));
    d.radius = std::max(d.radius, std::abs(value));
  }
  for (const double s : spectrum.singular_values) quarter.push_back(quarter_circle(s));
  d.circular = distance_from_uniform(std::move(circular));
  d.marchenko_pastur = distance_from_uniform(std::move(quarter));
  d.largest = spectrum.singular_values.front();
  return d;
}

RandomEnsemble random_ensemble(MPI_Comm comm, std::int64_t n, std::int64_t samples) {
  constexpr std::int64_t small = 128, many = 99, few = 49;
  if (samples == 0) samples = n <= small ? many : few;
  int rank = 0, ranks = 1;
  check_mpi(MPI_Comm_rank(comm, &rank));
  check_mpi(MPI_Comm_size(comm, &ranks));
  RandomEnsemble ensemble;
  ensemble.samples.resize(static_cast<std::size_t>(samples));
  together<NumericsError>(comm, "", [&] {
    for (std::int64_t s = rank; s < samples; s += ranks)
      ensemble.samples[static_cast<std::size_t>(s)] =
          distances_of(spectrum_of(normal_matrix(n, s), n));
  });
  static_assert(sizeof(SpectrumDistances) == 4 * sizeof(double));
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, ensemble.samples.data(), static_cast<int>(4 * samples),
                          MPI_DOUBLE, MPI_SUM, comm)); // others' are 0
  return ensemble;
}

RandomDiagnosis diagnose(const MatrixSpectrum& spectrum, const RandomEnsemble& ensemble) {
  RandomDiagnosis result;
  result.p_circular = result.p_marchenko_pastur = std::numeric_limits<double>::quiet_NaN();
  if (static_cast<std::int64_t>(spectrum.eigenvalues.size()) < fewest_eigenvalues) return result;
  if (spectrum.constant) return result;
  const SpectrumDistances found = distances_of(spectrum);
  const auto p_of = [&](Distance shape, Distance extreme) {
    const double p = std::min(tail_probability(found.*shape, ensemble, shape),
                              tail_probability(found.*extreme, ensemble, extreme));
    return std::min(1.0, 2 * p);
  };
  result.p_circular = p_of(&SpectrumDistances::circular, &SpectrumDistances::radius);
  result.p_marchenko_pastur =
      p_of(&SpectrumDistances::marchenko_pastur, &SpectrumDistances::largest);
  const double radius = largest_of(ensemble, &SpectrumDistances::radius);
  const double largest = largest_of(ensemble, &SpectrumDistances::largest);
  result.outlying_eigenvalues = std::ranges::count_if(
      spectrum.eigenvalues, [&](const auto& value) { return std::abs(value) > radius; });
  result.outlying_singular_values =
      std::ranges::count_if(spectrum.singular_values, [&](double s) { return s > largest; });
  const bool random = result.p_circular >= significant && result.p_marchenko_pastur >= significant;
  result.verdict = random ? RandomVerdict::random : RandomVerdict::structured;
  return result;
}

double stable_rank(std::span<const double> matrix, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t small = 512; // LAPACK takes seconds
  const double squares = std::inner_product(matrix.begin(), matrix.end(), matrix.begin(), 0.0);
  if (squares == 0) return std::numeric_limits<double>::quiet_NaN();
  if (std::max(rows, columns) > small) return squares / largest_square(matrix, columns);
  const double largest = singular_values_of({matrix.begin(), matrix.end()}, rows, columns).front();
  return squares / (largest * largest);
}

double kurtosis(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double second = 0, fourth = 0;
  for (const double value : values) {
    const double square = (value - mean) * (value - mean);
    second += square / n;
    fourth += square * square / n;
  }
  const bool spread = second > std::pow(rounding * mean, 2);
  return spread ? fourth / (second * second) : std::numeric_limits<double>::quiet_NaN();
}

} // namespace nadir
