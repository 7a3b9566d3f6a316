#include "schema/toml_guard.hpp"

#include <gtest/gtest.h>

namespace nadir::schema {
namespace {

/// "line:column", empty where there is none.
std::string place(const std::string& text) {
  const auto found = find_pitfall(text);
  return found ? std::to_string(found->line) + ":" + std::to_string(found->column) : "";
}

std::string times(int n, const std::string& text) {
  std::string all;
  for (int i = 0; i < n; ++i) all += text;
  return all;
}

TEST(TomlGuard, CharactersBeyondAsciiOnlyInStringsAndComments) {
  EXPECT_EQ(place("\xEF\xBB\xBF"
                  "a = 1 # °\n"),
            "")
      << "a mark of the byte order";
  for (const char* string :
       {R"("°C" # °)", R"('°C')", R"("""°"C""""")", R"('''°''C''')", R"("\"°\"")", R"(["°", '°'])"})
    EXPECT_EQ(place(std::string("units = ") + string), "") << string;
  EXPECT_EQ(place("a = 1\nb = °"), "2:5");
  EXPECT_EQ(place("a = \"é\" °"), "1:9") << "columns count characters";
  EXPECT_EQ(place("a = \"one line\n° = 2"), "2:1") << "a string that does not end";
}

TEST(TomlGuard, KeysOfVeryManyParts) {
  EXPECT_EQ(place(times(50, "a.") + "a = 1"), "");
  EXPECT_EQ(place(times(51, "a.") + "a = 1"), "1:102");
  EXPECT_EQ(place(times(20, "a.b.c = 1.5\n")), "");
  EXPECT_EQ(place("a = \"" + times(60, ".") + "\" # " + times(60, ".")), "");
}

TEST(TomlGuard, VeryManyKeysAndTables) {
  EXPECT_EQ(place(times(20'000, "a=1\n")), "");
  EXPECT_EQ(place(times(20'000, "a=1\n") + "[b]"), "20001:1");
  EXPECT_EQ(place(times(20'001, " [a]\n")), "20001:2");
  EXPECT_EQ(place("a = [" + times(30'000, "[1],") + "]"), "") << "lists are no tables";
}

} // namespace
} // namespace nadir::schema
