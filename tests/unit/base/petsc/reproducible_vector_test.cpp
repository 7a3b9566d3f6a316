#include "base/petsc/reproducible_vector.hpp"

#include "nadir/base/handle.hpp"
#include "nadir/base/hashed_random.hpp"
#include "nadir/base/reproducible_sum.hpp"

#include "support/ranks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

constexpr PetscInt entries = 1000;

/// Over many binades.
double number(std::uint64_t seed, PetscInt i) {
  const auto place = static_cast<std::uint64_t>(i);
  return std::ldexp(hashed_number(seed, place), static_cast<int>(place % 90));
}

/// Those numbers by the global index, cut between the ranks as PETSc likes.
VecHandle numbers(std::uint64_t seed) {
  VecHandle x;
  check_petsc(VecCreate(MPI_COMM_WORLD, x.out()));
  check_petsc(VecSetSizes(x, PETSC_DECIDE, entries));
  check_petsc(VecSetType(x, reproducible_vector_type()));
  PetscInt first = 0, end = 0;
  check_petsc(VecGetOwnershipRange(x, &first, &end));
  VecWrite to(x);
  for (PetscInt i = first; i < end; ++i) to[i - first] = number(seed, i);
  return x;
}

/// The sum of f(i) over all entries by one process.
template<class F> double plain_sum(F f) {
  ReproducibleSum sum;
  for (PetscInt i = 0; i < entries; ++i) sum.add(f(i));
  return sum.value();
}

TEST(ReproducibleVector, SumsAreThoseOfOneProcessToTheBit) {
  const VecHandle x = numbers(1), y = numbers(2);
  const double x_y = plain_sum([](PetscInt i) { return number(1, i) * number(2, i); });
  const double x_x = plain_sum([](PetscInt i) { return number(1, i) * number(1, i); });
  const double absolute = plain_sum([](PetscInt i) { return std::abs(number(1, i)); });
  EXPECT_EQ(dot(x, y), x_y);
  PetscReal norms[2];
  check_petsc(VecNorm(x, NORM_1_AND_2, norms));
  EXPECT_EQ(norms[0], absolute);
  EXPECT_EQ(norms[1], std::sqrt(x_x));
  PetscScalar sum = 0;
  check_petsc(VecSum(x, &sum));
  EXPECT_EQ(sum, plain_sum([](PetscInt i) { return number(1, i); }));
  const Vec both[] = {x, y};
  PetscScalar dots[2];
  check_petsc(VecMDot(x, 2, both, dots));
  EXPECT_EQ(dots[0], x_x);
  EXPECT_EQ(dots[1], x_y);
}

TEST(ReproducibleVector, SplitPhaseSumsAreTheSame) {
  const VecHandle x = numbers(1), y = numbers(2);
  PetscScalar product = 0;
  PetscReal norm = 0, plain = 0;
  check_petsc(VecDotBegin(x, y, &product));
  check_petsc(VecNormBegin(x, NORM_2, &norm));
  check_petsc(VecDotEnd(x, y, &product));
  check_petsc(VecNormEnd(x, NORM_2, &norm));
  EXPECT_EQ(product, dot(x, y));
  check_petsc(VecNorm(x, NORM_2, &plain));
  EXPECT_EQ(norm, plain);
}

TEST(ReproducibleVector, ANaNOfAnyRankIsInTheLargestMagnitude) {
  VecHandle x = numbers(1);
  PetscReal largest = 0, expected = 0;
  for (PetscInt i = 0; i < entries; ++i) expected = std::max(expected, std::abs(number(1, i)));
  check_petsc(VecNorm(x, NORM_INFINITY, &largest));
  EXPECT_EQ(largest, expected);
  {
    VecWrite to(x); // on all ranks: PETSc remembers norms
    if (test::world_rank() + 1 == test::world_size()) to[0] = std::nan("");
  }
  check_petsc(VecNorm(x, NORM_INFINITY, &largest));
  EXPECT_TRUE(std::isnan(largest));
}

/// Each entry by one multiplication and one addition, in this order, never fused.
TEST(ReproducibleVector, WorksEntryByEntry) {
  const VecHandle x = numbers(1), y = numbers(2);
  VecHandle z = numbers(3);
  PetscInt first = 0, end = 0;
  check_petsc(VecGetOwnershipRange(x, &first, &end));
  const auto expect = [&](const char* what, auto f) {
    const VecRead values(z);
    PetscInt wrong = 0;
    for (PetscInt i = first; i < end; ++i) {
      const volatile double expected = f(number(1, i), number(2, i), number(3, i));
      wrong += values[i - first] != expected;
    }
    EXPECT_EQ(wrong, 0) << what;
    z = numbers(3);
  };
  const double a = 0.1, b = -0.7, c = 1.3;
  check_petsc(VecAXPY(z, a, x));
  expect("axpy", [=](double xi, double, double zi) { return zi + a * xi; });
  check_petsc(VecAYPX(z, a, x));
  expect("aypx", [=](double xi, double, double zi) { return xi + a * zi; });
  check_petsc(VecAXPBY(z, a, b, x));
  expect("axpby", [=](double xi, double, double zi) { return a * xi + b * zi; });
  check_petsc(VecWAXPY(z, a, x, y));
  expect("waxpy", [=](double xi, double yi, double) { return a * xi + yi; });
  check_petsc(VecAXPBYPCZ(z, a, b, c, x, y));
  expect("axpbypcz", [=](double xi, double yi, double zi) { return (a * xi + b * yi) + c * zi; });
  const PetscScalar factors[] = {a, b};
  Vec terms[] = {x, y};
  check_petsc(VecMAXPY(z, 2, factors, terms));
  expect("maxpy", [=](double xi, double yi, double zi) { return (zi + a * xi) + b * yi; });
  check_petsc(VecScale(z, a));
  expect("scale", [=](double, double, double zi) { return a * zi; });
}

/// As bounded optimisers take them: every third entry out, changed, and back.
TEST(ReproducibleVector, PartsAreOfTheSameTypeAndGoBack) {
  VecHandle x = numbers(1);
  PetscInt first = 0, end = 0;
  check_petsc(VecGetOwnershipRange(x, &first, &end));
  const PetscInt begin = (first + 2) / 3 * 3, n = (end - begin + 2) / 3;
  IS every_third = nullptr;
  check_petsc(ISCreateStride(MPI_COMM_WORLD, n, begin, 3, &every_third));
  Vec part = nullptr;
  check_petsc(VecGetSubVector(x, every_third, &part));
  VecType type = nullptr;
  check_petsc(VecGetType(part, &type));
  EXPECT_STREQ(type, reproducible_vector_type());
  EXPECT_EQ(dot(part, part),
            plain_sum([](PetscInt i) { return i % 3 == 0 ? number(1, i) * number(1, i) : 0.0; }));
  check_petsc(VecScale(part, 2.0));
  check_petsc(VecRestoreSubVector(x, every_third, &part));
  check_petsc(ISDestroy(&every_third));
  const VecRead values(x);
  for (PetscInt i = first; i < end; ++i)
    EXPECT_EQ(values[i - first], (i % 3 == 0 ? 2 : 1) * number(1, i)) << i;
}

} // namespace
} // namespace nadir
