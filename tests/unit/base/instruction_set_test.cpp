#include "nadir/base/instruction_set.hpp"

#include "nadir/base/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace nadir {
namespace {

TEST(InstructionSet, AnyUsableOneCanBeTakenAndTheBestOneAgain) {
  const std::string best = instruction_set();
  const auto names = usable_instruction_sets();
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.front(), best);
  for (const auto& name : names) {
    use_instruction_set(name);
    EXPECT_EQ(instruction_set(), name);
  }
  use_instruction_set("");
  EXPECT_EQ(instruction_set(), best);
  EXPECT_EQ(usable_instruction_sets(), names);
}

TEST(InstructionSet, UnknownOnesAreRefused) {
  EXPECT_THROW(use_instruction_set("AVX-9000"), InputError);
  EXPECT_EQ(instruction_set(), usable_instruction_sets().front());
}

} // namespace
} // namespace nadir
