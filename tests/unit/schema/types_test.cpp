#include "schema/types.hpp"

#include <gtest/gtest.h>

namespace nadir::schema {
namespace {

/// What a type makes of a value written in TOML: its own text of it, or the problem.
template<class M> std::string read_as(const Type<M>& type, const std::string& text) {
  Diagnostics diagnostics;
  const auto root = parse_document("v = " + text, "f", diagnostics);
  if (!root) return "not TOML";
  std::map<std::string, Position> positions;
  Reading reading{diagnostics, positions, "/data", {}};
  M value{};
  const Item item{*find(*root->table(), "v"), "v", reading};
  return type.read(item, value) ? type.write(value) : diagnostics.problems().at(0);
}

TEST(Types, NumbersAreWrittenAsTheyWereMeant) {
  EXPECT_EQ(read_as(integer(), "3"), "3");
  EXPECT_EQ(read_as(real(), "3"), "3.0");
  EXPECT_EQ(read_as(real(), "0.1"), "0.1");
  EXPECT_EQ(read_as(flag(), "true"), "true");
  EXPECT_EQ(read_as(integer(), "3.0"), "f:1:1: v: expected an integer, found the number 3.0");
  EXPECT_EQ(read_as(real(), "inf"), "f:1:1: v: must be finite, is inf");
  EXPECT_EQ(read_as(seed(), "-1"), "f:1:1: v: must be at least 0, is -1");
}

TEST(Types, ChecksSayWhatAValueMustBe) {
  EXPECT_EQ(read_as(real(positive()), "0"), "f:1:1: v: must be positive, is 0.0");
  EXPECT_EQ(read_as(real(not_negative()), "0"), "0.0");
  EXPECT_EQ(read_as(real(not_zero()), "0.0"), "f:1:1: v: must be other than 0, is 0.0");
  EXPECT_EQ(read_as(integer(between(1, 3)), "4"), "f:1:1: v: must be between 1 and 3, is 4");
  EXPECT_EQ(read_as(real(from_to_below(0, 1)), "0"), "0.0");
  EXPECT_EQ(read_as(real(from_to_below(0, 1)), "1"),
            "f:1:1: v: must be at least 0.0 and below 1.0, is 1.0");
}

TEST(Types, TextsNamesAndPaths) {
  EXPECT_EQ(read_as(text(), R"("a \"b\"")"), R"("a \"b\"")");
  EXPECT_EQ(read_as(text(), R"("a\nb")"),
            "f:1:1: v: must not have line breaks or other control characters");
  EXPECT_EQ(read_as(name(), R"("")"), "f:1:1: v: must not be empty");
  EXPECT_EQ(read_as(input_path(), R"("x/../in.h5")"), R"("/data/in.h5")");
  EXPECT_EQ(read_as(input_path(), R"("/d/in.h5")"), R"("/d/in.h5")");
}

TEST(Types, ChoicesNameTheOnesThereAre) {
  const auto type = choice("colour", {"red", "green"});
  EXPECT_EQ(read_as(type, R"("red")"), R"("red")");
  EXPECT_EQ(read_as(type, R"("gren")"),
            R"(f:1:1: v: unknown colour "gren" (did you mean "green"? one of: red, green))");
  EXPECT_EQ(read_as(type, "1"),
            "f:1:1: v: expected a string that names the colour, found the integer 1");
}

TEST(Types, ListsCountTheirEntries) {
  const auto type = list("numbers", real(), {2, 3});
  EXPECT_EQ(read_as(type, "[1, 2.5]"), "[1.0, 2.5]");
  EXPECT_EQ(read_as(type, "[1]"), "f:1:1: v: must have 2 to 3 entries, has 1");
  EXPECT_EQ(read_as(type, R"([1, "a", "b"])"),
            R"(f:1:9: v.1: expected a number, found the string "a")");
  EXPECT_EQ((Count{1, 1}.words()), "1 entry");
  EXPECT_EQ((Count{2}.words()), "at least 2 entries");
  EXPECT_EQ(read_as(maybe(type), "[1, 2]"), "[1.0, 2.0]");
}

} // namespace
} // namespace nadir::schema
