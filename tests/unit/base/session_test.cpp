#include "nadir/base/session.hpp"

#include "nadir/base/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace nadir {
namespace {

bool left_over(const std::string& option) {
  PetscInt count = 0;
  char** names = nullptr;
  char** values = nullptr;
  check_petsc(PetscOptionsLeftGet(nullptr, &count, &names, &values));
  const bool found = std::find(names, names + count, option) != names + count;
  check_petsc(PetscOptionsLeftRestore(nullptr, &count, &names, &values));
  return found;
}

TEST(Session, AnOptionThatWasAskedForIsNotLeftOver) {
  check_petsc(PetscOptionsSetValue(nullptr, "-a_test_of_nadir", "1"));
  EXPECT_TRUE(left_over("a_test_of_nadir"));
  query_options({"-a_test_of_nadir", "-not_given"});
  EXPECT_FALSE(left_over("a_test_of_nadir"));
  check_petsc(PetscOptionsClearValue(nullptr, "-a_test_of_nadir"));
}

TEST(Session, TheClockOfTheProcessGoesOn) {
  const double before = process_seconds();
  EXPECT_GT(before, 0.0);
  EXPECT_GE(process_seconds(), before);
}

} // namespace
} // namespace nadir
