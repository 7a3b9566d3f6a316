#include "nadir/schema/diagnostics.hpp"

#include "nadir/base/error.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

using Lines = std::vector<std::string>;

TEST(Diagnostics, SortAndKeepEachOnce) {
  Diagnostics diagnostics;
  EXPECT_NO_THROW(diagnostics.throw_if_any());
  diagnostics.add({"--set a=1", 0, 0}, "a", "late");
  diagnostics.add({"f.toml", 3, 2}, "b", "second");
  diagnostics.add({"f.toml", 3, 1}, "c", "first\nof two");
  diagnostics.add({"f.toml", 3, 2}, "b", "second");
  const std::string all = "f.toml:3:1: c: first\\u000Aof two\nf.toml:3:2: b: second\n--set a: late";
  try {
    diagnostics.throw_if_any();
    FAIL() << "did not throw";
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), all);
    EXPECT_EQ(error.code(), ExitCode::input);
  }
}

TEST(Diagnostics, WithoutAKeyTheFileOrTheWholeOverrideIsNamed) {
  Diagnostics diagnostics;
  diagnostics.add({"f.toml", 1, 1}, "", "syntax");
  diagnostics.add({"f.toml", 0, 0}, "", "cannot be opened");
  diagnostics.add({"--set a", 0, 0}, "", "has no '='");
  EXPECT_EQ(diagnostics.problems(),
            (Lines{"f.toml: cannot be opened", "f.toml:1:1: syntax", "--set a: has no '='"}));
}

TEST(Diagnostics, OfVeryManyTheFirstAreKept) {
  Diagnostics diagnostics;
  for (int line = 1; line <= 1203; ++line) diagnostics.add({"f.toml", line, 1}, "a", "wrong");
  const Lines problems = diagnostics.problems();
  ASSERT_EQ(problems.size(), 1001U);
  EXPECT_EQ(problems[999], "f.toml:1000:1: a: wrong");
  EXPECT_EQ(problems.back(), "and 203 more problems");
}

TEST(Diagnostics, WarningsStopNothing) {
  Diagnostics diagnostics;
  for (int i = 0; i < 2; ++i) diagnostics.warn({"f.toml", 2, 1}, "a", "odd");
  EXPECT_EQ(diagnostics.warnings(), Lines{"f.toml:2:1: a: odd"});
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_NO_THROW(diagnostics.throw_if_any());
}

} // namespace
} // namespace nadir
