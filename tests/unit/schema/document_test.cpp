#include "schema/document.hpp"

#include <gtest/gtest.h>

namespace nadir::schema {
namespace {

using Lines = std::vector<std::string>;

/// A text with overrides; problems() has what is wrong with either.
struct Edited {
  Edited(const std::string& text, const Lines& overrides) {
    root = parse_document(text, "f.toml", diagnostics);
    const auto is_parameter = [](const std::string& path) { return path == "kernel.reaction"; };
    for (const std::string& each : overrides)
      if (root) apply_override(*root, each, is_parameter, diagnostics);
  }
  const Node* at(const Lines& path) const {
    const Node* node = &*root;
    for (const std::string& name : path) node = node ? find(*node->table(), name) : nullptr;
    return node;
  }
  std::string text(const Lines& path) const {
    const Node* node = at(path);
    return node ? node->describe() : "nothing";
  }

  Diagnostics diagnostics;
  std::optional<Node> root;
};

TEST(Document, EveryKindOfValueHasAName) {
  const Edited file("b = true\ni = 3\nd = 0.5\ns = \"abc\"\nl = [1]\nt = {}\nm = 2026-11-30\n", {});
  EXPECT_EQ(file.diagnostics.problems(), Lines{});
  EXPECT_EQ(file.text({"b"}), "true");
  EXPECT_EQ(file.text({"i"}), "the integer 3");
  EXPECT_EQ(file.text({"d"}), "the number 0.5");
  EXPECT_EQ(file.text({"s"}), "the string \"abc\"");
  EXPECT_EQ(file.text({"l"}), "a list");
  EXPECT_EQ(file.text({"t"}), "a table");
  EXPECT_EQ(std::get<Moment>(file.at({"m"})->value).text, "2026-11-30");
  EXPECT_EQ(file.at({"i"})->number(), 3.0);
  EXPECT_EQ(file.at({"s"})->number(), std::nullopt);
}

TEST(Document, ValuesKnowWhereTheyStand) {
  const Edited file("[grid]\n  shape = [1,\n 2]\n", {});
  const Node* shape = file.at({"grid", "shape"});
  ASSERT_NE(shape, nullptr);
  EXPECT_EQ(shape->position.source, "f.toml");
  EXPECT_EQ(shape->position.line, 2);
  EXPECT_EQ(shape->position.column, 3);
  EXPECT_EQ((*shape->list())[1].position.line, 3);
}

TEST(Document, ASyntaxErrorIsAProblemWithItsPlace) {
  const Edited file("a = 1\nb = = 2\n", {});
  EXPECT_FALSE(file.root);
  ASSERT_EQ(file.diagnostics.problems().size(), 1U);
  EXPECT_TRUE(file.diagnostics.problems()[0].starts_with("f.toml:2:"));
}

TEST(Document, OverridesReplaceTheLastKeyWhole) {
  const Edited file("[a]\nb = { c = 1, d = 2 }\n", {"a.b={ e = 3 }", "a.b.f=4", "x.y.z=tanh"});
  EXPECT_EQ(file.diagnostics.problems(), Lines{});
  EXPECT_EQ(file.text({"a", "b", "c"}), "nothing");
  EXPECT_EQ(file.text({"a", "b", "e"}), "the integer 3");
  EXPECT_EQ(file.text({"a", "b", "f"}), "the integer 4");
  EXPECT_EQ(file.text({"x", "y", "z"}), "the string \"tanh\"") << "what is not TOML is a string";
}

TEST(Document, OverridesIndexListsAndOpenParameters) {
  const Edited file("[[data.target]]\nlayer = 3\n[kernel]\nreaction = 0.5\n",
                    {"data.target.0.layer=4", "kernel.reaction.train=false"});
  EXPECT_EQ(file.diagnostics.problems(), Lines{});
  const Node* target = file.at({"data", "target"});
  EXPECT_EQ(find(*(*target->list())[0].table(), "layer")->describe(), "the integer 4");
  EXPECT_EQ(file.text({"kernel", "reaction", "init"}), "the number 0.5");
  EXPECT_EQ(file.text({"kernel", "reaction", "train"}), "false");
}

TEST(Document, OverridesThatLeadNowhereAreProblems) {
  for (const std::string wrong : {"a", "=1", "a..b=1", "l.7.x=1", "n.x=1"}) {
    const Edited file("l = [{}]\nn = 1\n", {wrong});
    const Lines problems = file.diagnostics.problems();
    ASSERT_EQ(problems.size(), 1U) << wrong;
    EXPECT_TRUE(problems[0].starts_with("--set ")) << problems[0];
  }
}

} // namespace
} // namespace nadir::schema
