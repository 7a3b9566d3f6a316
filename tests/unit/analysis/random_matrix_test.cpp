#include "nadir/analysis/random_matrix.hpp"

#include "nadir/base/hashed_random.hpp"

#include "../support/files.hpp"
#include "../support/matrices.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numbers>

using namespace nadir;
using namespace nadir::test;

namespace {

constexpr std::int64_t size = 50;

/// The ensemble takes a second; once for all tests.
const RandomEnsemble& ensemble() {
  static const RandomEnsemble made = random_ensemble(MPI_COMM_WORLD, size);
  return made;
}

std::vector<double> uniform_matrix(std::uint64_t stream, double mean, double diagonal) {
  std::vector<double> w;
  for (std::uint64_t i = 0; i < size * size; ++i)
    w.push_back(mean + 0.2 * hashed_number(stream, i) + (i % (size + 1) == 0 ? diagonal : 0.0));
  return w;
}

RandomDiagnosis diagnosis_of(const std::vector<double>& weights) {
  return diagnose(spectrum_of(weights, size), ensemble());
}

TEST(RandomMatrix, TheEnsembleIsTheSameOnAnyNumberOfRanks) {
  const RandomEnsemble alone = random_ensemble(MPI_COMM_SELF, 20, 7);
  const RandomEnsemble together = random_ensemble(MPI_COMM_WORLD, 20, 7);
  ASSERT_EQ(alone.samples.size(), 7u);
  for (std::size_t s = 0; s < 7; ++s) {
    EXPECT_EQ(alone.samples[s].circular, together.samples[s].circular);
    EXPECT_EQ(alone.samples[s].largest, together.samples[s].largest);
    EXPECT_GT(alone.samples[s].radius, 0.7);
    EXPECT_LT(alone.samples[s].radius, 1.5);
  }
}

TEST(RandomMatrix, RandomOnesAreCalledRandom) {
  int random = 0;
  constexpr int trials = 12;
  for (int t = 0; t < trials; ++t)
    random += diagnosis_of(uniform_matrix(static_cast<std::uint64_t>(t), 0, 0)).verdict ==
              RandomVerdict::random;
  EXPECT_GE(random, trials - 1);
  // Mean and diagonal are no structure.
  EXPECT_EQ(diagnosis_of(uniform_matrix(77, 0.5, 1.0)).verdict, RandomVerdict::random);
}

TEST(RandomMatrix, StructuredOnesAreNot) {
  const auto diffusion = ring_matrix(size, 1.0, [](double r) { return r < 2 ? 1.0 : 0.0; });
  const auto gauss = ring_matrix(size, 1.0, [](double r) { return std::exp(-r * r / 8); });
  auto spike = uniform_matrix(5, 0, 0);
  auto symmetric = spike;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) {
      spike[i * size + j] +=
          0.1 * std::cos(0.5 * static_cast<double>(i)) * std::sin(0.3 * static_cast<double>(j));
      if (j < i) symmetric[i * size + j] = symmetric[j * size + i];
    }
  for (const auto& weights : {diffusion, gauss, spike, symmetric})
    EXPECT_EQ(diagnosis_of(weights).verdict, RandomVerdict::structured);
  EXPECT_GT(diagnosis_of(spike).outlying_singular_values, 0);
}

TEST(RandomMatrix, AMatrixWithoutVarianceIsStructured) {
  const auto identity = ring_matrix(size, 1.0, [](double r) { return r == 0 ? 1.0 : 0.0; });
  EXPECT_EQ(diagnosis_of(identity).verdict, RandomVerdict::structured);
}

/// 0.1 and what a mean of it leaves are not the same bits.
TEST(RandomMatrix, AllTheSameIsNoSpectrum) {
  for (const double value : {0.0, 1.0, 0.1, -3e-20}) {
    const RandomDiagnosis found = diagnosis_of(std::vector<double>(size * size, value));
    EXPECT_EQ(found.verdict, RandomVerdict::none) << value;
    EXPECT_TRUE(std::isnan(found.p_circular) && std::isnan(found.p_marchenko_pastur)) << value;
    EXPECT_TRUE(std::isnan(kurtosis(std::vector<double>(9, value)))) << value;
  }
  auto diagonal = std::vector<double>(size * size, 0.1);
  for (std::size_t i = 0; i < size; ++i) diagonal[i * (size + 1)] = 0.4;
  for (const double s : spectrum_of(diagonal, size).singular_values) EXPECT_EQ(s, 0);
  EXPECT_TRUE(std::isnan(stable_rank(std::vector<double>(9, 0.0), 3, 3)));
}

TEST(RandomMatrix, SmallOnesAreNotJudged) {
  const auto spectrum = spectrum_of(std::vector<double>(49 * 49, 1.0), 49);
  const RandomDiagnosis found = diagnose(spectrum, ensemble());
  EXPECT_EQ(found.verdict, RandomVerdict::none);
  EXPECT_TRUE(std::isnan(found.p_circular));
}

TEST(RandomMatrix, SpectraAreThoseKnown) {
  // A ring's shift by one has the roots of unity as eigenvalues and singular values 1; scaled by
  // std sqrt(N), after its mean 1/(N-1) off the diagonal was subtracted.
  constexpr std::int64_t n = 8;
  std::vector<double> shift(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) shift[i * n + (i + 1) % n] = 1;
  const MatrixSpectrum spectrum = spectrum_of(shift, n);
  const double squares = 8 - 64.0 / 56; // of all entries, once the mean is gone
  const double scale = std::sqrt(squares / n);
  const auto roots = std::ranges::count_if(spectrum.eigenvalues, [&](const auto& value) {
    return std::abs(std::abs(value - 1.0 / (7 * scale)) - 1 / scale) < 1e-12;
  });
  EXPECT_EQ(roots, n - 1) << "the constant alone is changed by the mean";
}

TEST(RandomMatrix, StableRankAndKurtosis) {
  const std::vector<double> diagonal{3, 0, 0, 0, 3, 0, 0, 0, 1};
  EXPECT_NEAR(stable_rank(diagonal, 3, 3), 19.0 / 9, 1e-14);
  const std::vector<double> two{1, -1, 1, -1};
  EXPECT_DOUBLE_EQ(kurtosis(two), 1.0);
  // Beyond 512 by powers of W^T W.
  constexpr std::int64_t n = 520;
  std::vector<double> large(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) large[i * (n + 1)] = i == 7 ? 4.0 : 1.0;
  EXPECT_NEAR(stable_rank(large, n, n), (16 + 519) / 16.0, 1e-5);
}

} // namespace
