#include "nadir/base/error.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(InputError, PutsEveryProblemOnALineOfItsOwn) {
  const InputError error(std::vector<std::string>{"one", "two"});
  EXPECT_STREQ(error.what(), "one\ntwo");
  EXPECT_EQ(error.code(), ExitCode::input);
  EXPECT_STREQ(InputError("alone").what(), "alone");
}

TEST(Error, EveryKindHasItsExitCode) {
  EXPECT_EQ(NumericsError("").code(), ExitCode::numerics);
  EXPECT_EQ(SystemError("").code(), ExitCode::system);
  EXPECT_EQ(static_cast<int>(ExitCode::stopped), 75); // job scripts test for it
}

} // namespace
} // namespace nadir
