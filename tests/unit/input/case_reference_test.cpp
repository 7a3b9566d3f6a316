#include "nadir/input/case_reader.hpp"
#include "nadir/kernel/activation.hpp"
#include "nadir/training/optimizers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace nadir {
namespace {

TEST(CaseReference, ListsEveryKeyAndName) {
  const std::string page = case_reference();
  const auto has = [&](const std::string& text) { return page.find(text) != std::string::npos; };
  for (const auto& key : case_keys()) {
    const bool section = key.find('.') == std::string::npos && key != "title";
    const std::string name = key.substr(key.rfind('.') + 1);
    EXPECT_TRUE(has(section ? "### [" + name + "]" : "| `" + name + "` |")) << key;
  }
  for (const Activation f : Activation::all())
    EXPECT_TRUE(has("| `" + std::string(f->name) + "` |"));
  for (const OptimizerInfo& each : optimizers())
    EXPECT_TRUE(has("| `" + std::string(each.name) + "` |"));
}

TEST(CaseReference, TheExampleIsAValidCase) {
  const std::string page = case_reference(), fence = "```toml\n";
  const auto start = page.find(fence) + fence.size();
  const std::string example = page.substr(start, page.find("```", start) - start);
  Diagnostics diagnostics;
  const Case c = parse_case(example, "sst.toml", {}, diagnostics);
  EXPECT_EQ(diagnostics.problems(), std::vector<std::string>{});
  EXPECT_EQ(c.network.layers, 8);
  EXPECT_EQ(c.output.layers.size(), 9u);
}

/// NADIR_UPDATE_REFERENCE=1 in the environment writes the page anew.
TEST(CaseReference, ThePageInTheDocumentsIsCurrent) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const auto root = std::filesystem::path(__FILE__).parent_path() / "../../..";
  const auto path = root / "docs" / "case-reference.md";
  if (rank == 0 && std::getenv("NADIR_UPDATE_REFERENCE")) std::ofstream(path) << case_reference();
  MPI_Barrier(MPI_COMM_WORLD);
  std::ifstream file(path);
  ASSERT_TRUE(file) << "no " << path;
  std::ostringstream page;
  page << file.rdbuf();
  EXPECT_TRUE(page.str() == case_reference())
      << path << " is out of date: run this test with NADIR_UPDATE_REFERENCE=1";
}

} // namespace
} // namespace nadir
