#include "nadir/base/version.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Version, NamesTheCommitOrSaysUnknown) {
  const auto hash = nadir::git_hash();
  if (hash == "unknown") {
    EXPECT_EQ(nadir::git_dirty(), "unknown");
    return;
  }
  EXPECT_EQ(hash.size(), 40u);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string_view::npos);
  EXPECT_TRUE(nadir::git_dirty() == "yes" || nadir::git_dirty() == "no");
}

TEST(Version, NamesCompilerAndFlags) {
  EXPECT_EQ(nadir::version().find_first_not_of("0123456789."), std::string_view::npos);
  EXPECT_NE(nadir::compiler().find(' '), std::string_view::npos);
  // States are bitwise the same on any number of ranks only where the compiler fuses nothing
  // itself.
  EXPECT_NE(nadir::compile_flags().find("-ffp-contract=off"), std::string_view::npos);
}

} // namespace
