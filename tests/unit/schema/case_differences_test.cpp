#include "nadir/input/case_reader.hpp"
#include "nadir/schema/case_differences.hpp"
#include "nadir/schema/diagnostics.hpp"

#include <gtest/gtest.h>

using namespace nadir;

namespace {

constexpr const char* the_case = R"(
[grid]
shape = [4, 3]
boundary = ["reflect", "periodic"]
[network]
layers = 2
activation = "tanh"
[kernel]
reaction = { init = 0.1 }
[data]
input = { file = "x.h5", dataset = "x" }
[[data.target]]
file = "x.h5"
dataset = "y"
)";

std::string resolved(const std::vector<std::string>& overrides) {
  Diagnostics diagnostics;
  const Case c = parse_case(the_case, "case.toml", overrides, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  return resolved_text(c);
}

using Lines = std::vector<std::string>;

TEST(CaseDifferences, NamesKeysAndBothValues) {
  const std::string layer = "data.target.0.layer=2"; // else it follows the number of layers
  EXPECT_EQ(case_differences(resolved({layer}), resolved({layer, "network.layers=3"})),
            Lines{"network.layers: 2 there, 3 here"});
  const auto target =
      case_differences(resolved({}), resolved({"data.target.0.weight=2", "title=other"}));
  ASSERT_EQ(target.size(), 2U);
  EXPECT_EQ(target[0].find("data.target: "), 0U);
  EXPECT_EQ(target[1], "title: \"\" there, \"other\" here");
}

TEST(CaseDifferences, SchemesAndNormalisationsAreOthers) {
  EXPECT_EQ(case_differences(resolved({}), resolved({"network.scheme=rk4"})),
            Lines{"network.scheme: \"explicit-euler\" there, \"rk4\" here"});
  const std::string radial = "network.normalisation=radial";
  EXPECT_EQ(case_differences(resolved({}), resolved({radial})),
            (Lines{"network.normalisation: not given there, \"radial\" here",
                   "network.thermostat: not given there, 1.0 here"}));
  EXPECT_EQ(case_differences(resolved({radial}), resolved({radial, "network.thermostat=1"})),
            Lines{});
}

TEST(CaseDifferences, WhatARestartMayChangeIsNone) {
  EXPECT_EQ(case_differences(resolved({}), resolved({})), Lines{});
  EXPECT_EQ(
      case_differences(resolved({}),
                       resolved({"training.iterations=7", "training.gradient_tolerance=0.5",
                                 "attractor.starts=5", "run.time_limit=9", "run.checkpoint.keep=5",
                                 "output.layers=all", "output.file=other.h5"})),
      Lines{});
}

TEST(CaseDifferences, WhereTheDataLieMayBeLeftOut) {
  const std::string input = R"(data.input={ file = "/moved/a \"b\".h5", dataset = "x" })";
  EXPECT_EQ(case_differences(resolved({}), resolved({input})).size(), 1U);
  EXPECT_EQ(case_differences(resolved({}), resolved({input}), DataFiles::ignored), Lines{});
  EXPECT_TRUE(same_but_for_files(resolved({}), resolved({input})));
  const std::string other = R"(data.input={ file = "x.h5", dataset = "z" })";
  EXPECT_EQ(case_differences(resolved({}), resolved({other}), DataFiles::ignored).size(), 1U);
  EXPECT_FALSE(same_but_for_files(resolved({}), resolved({other})));
  EXPECT_FALSE(same_but_for_files(resolved({}), resolved({"training.iterations=7"})));
  // Only names of files, not what looks like them in a text.
  EXPECT_FALSE(
      same_but_for_files(resolved({R"(title='file = "a"')"}), resolved({R"(title='file = "b"')"})));
  const std::string init = R"(kernel.reaction={ init = { file = "/FILE.h5", dataset = "r" } })";
  const auto with = [&](const char* name) {
    std::string text = init;
    return resolved({text.replace(text.find("FILE"), 4, name)});
  };
  EXPECT_TRUE(same_but_for_files(with("one"), with("two")));
}

} // namespace
