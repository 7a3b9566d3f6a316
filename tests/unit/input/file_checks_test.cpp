#include "nadir/input/file_checks.hpp"

#include "support/files.hpp"
#include "support/input_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

using namespace nadir;
using nadir::test::contains;
using nadir::test::counting;
using nadir::test::field_at;
using nadir::test::Folder;
using nadir::test::InputFile;

namespace {

const std::vector<std::int64_t> checked_shape{3, 5};

Case case_for(const std::string& path) {
  Case c;
  c.positions.file = "case.toml";
  c.grid.shape = checked_shape;
  c.network.layers = 4;
  c.data.input = field_at(path, "x");
  return c;
}

std::vector<std::string> problems_of(const Case& c) {
  Diagnostics diagnostics;
  check_case_files(MPI_COMM_WORLD, c, diagnostics);
  return diagnostics.problems();
}

void expect_problem(const Case& c, const std::string& path, const std::string& message) {
  const auto problems = problems_of(c);
  ASSERT_EQ(problems.size(), 1U) << message;
  EXPECT_TRUE(contains(problems[0], ": " + path + ": ")) << problems[0];
  EXPECT_TRUE(contains(problems[0], message)) << problems[0];
}

TEST(CheckCaseFiles, ACaseThatFits) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  {
    InputFile file(path);
    file.dataset("x", {2, 3, 5}, H5T_IEEE_F64LE, counting(30));
    file.dataset("mask", {3, 5}, H5T_STD_I8LE, counting(15));
    file.dataset("advection", {4, 2, 3, 5}, H5T_IEEE_F64LE, counting(120));
    file.dataset("scalar", {}, H5T_IEEE_F64LE, {2.5});
  }
  Case c = case_for(path);
  TargetSpec target;
  target.field = c.data.input;
  target.field.mask = DatasetSpec{path, "mask"};
  target.withhold = WithholdSpec{};
  target.withhold->source = DatasetSpec{path, "x"};
  c.data.targets = {target};
  c.kernel["advection"].init_file = DatasetSpec{path, "advection"};
  c.kernel["advection"].varies_layer = c.kernel["advection"].varies_space = true;
  c.network.bias.init_file = DatasetSpec{path, "scalar"};
  EXPECT_EQ(problems_of(c), std::vector<std::string>{});
  Diagnostics diagnostics;
  EXPECT_EQ(check_field(c, c.data.input, "data.input", diagnostics), 2);
  EXPECT_TRUE(diagnostics.empty());
}

TEST(CheckCaseFiles, FilesThatAreNone) {
  const Folder folder;
  if (test::world_rank() == 0) {
    std::ofstream(folder / "classic.cdf", std::ios::binary) << std::string("CDF\001\0\0\0", 7);
    std::ofstream(folder / "wide.nc", std::ios::binary) << std::string("CDF\005\0\0\0", 7);
    std::ofstream(folder / "notes.txt") << "CDF is a word";
  }
  test::barrier();
  expect_problem(case_for(folder / "none.h5"), "data.input.file", "no such file");
  expect_problem(case_for(folder / ""), "data.input.file", "is a folder");
  expect_problem(case_for(folder / "notes.txt"), "data.input.file",
                 "neither an HDF5 nor a netCDF-4");
  for (const std::string name : {"classic.cdf", "wide.nc"}) {
    const std::string path = folder / name;
    const std::string stem = path.substr(0, path.rfind('.'));
    expect_problem(case_for(path), "data.input.file",
                   "classic netCDF file; convert it with: nccopy -k nc4 " + path + " " + stem);
  }
}

TEST(CheckCaseFiles, DatasetsThatDoNotFit) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  {
    InputFile file(path);
    file.dataset("x", {2, 3, 5}, H5T_IEEE_F64LE, counting(30));
    file.dataset("turned", {5, 3}, H5T_IEEE_F64LE, counting(15));
    file.dataset("four", {1, 1, 3, 5}, H5T_IEEE_F64LE, counting(15));
    file.dataset("odd", {3, 5}, H5T_IEEE_F64LE, counting(15));
    file.text("odd", "missing_value", "none");
    file.dataset("one", {1}, H5T_IEEE_F64LE, {1});
  }
  Case c = case_for(path);
  c.data.input.source.dataset = "X";
  expect_problem(c, "data.input.dataset", "no such dataset (the file has /four, /odd, /one");
  c.data.input.source.dataset = "turned";
  expect_problem(c, "data.input.dataset",
                 "turned has shape [5, 3], the grid needs [3, 5] or [samples, 3, 5]");
  c.data.input.source.dataset = "four";
  expect_problem(c, "data.input.dataset", "has shape [1, 1, 3, 5]");
  c.data.input.source.dataset = "odd";
  expect_problem(c, "data.input.dataset", "attribute 'missing_value' is not a number");
  c = case_for(path);
  c.data.input.all_samples = false;
  c.data.input.samples = {0, 2};
  expect_problem(c, "data.input.index", "sample 2 is out of range: x has 2, counted from 0");
  c = case_for(path);
  c.network.bias.init_file = DatasetSpec{path, "one"};
  expect_problem(c, "network.bias.init.dataset", "one has shape [1], expected a scalar");
}

TEST(CheckCaseFiles, TargetsMasksAndWithheldPoints) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  {
    InputFile file(path);
    file.dataset("x", {2, 3, 5}, H5T_IEEE_F64LE, counting(30));
    file.dataset("y", {3, 5}, H5T_IEEE_F64LE, counting(15));
    file.dataset("three", {3, 3, 5}, H5T_IEEE_F64LE, counting(45));
  }
  Case c = case_for(path);
  TargetSpec target;
  target.field = field_at(path, "y");
  c.data.targets = {target};
  expect_problem(c, "data.target", "the number of samples is 1, that of data.input is 2");
  c.data.targets[0].field = field_at(path, "x");
  c.data.targets[0].withhold = WithholdSpec{};
  c.data.targets[0].withhold->source = DatasetSpec{path, "three"};
  expect_problem(c, "data.target.withhold.dataset", "three has shape [3, 3, 5], expected [3, 5]");
  c.data.targets.clear();
  c.data.input.mask = DatasetSpec{path, "none"};
  expect_problem(c, "data.input.mask.dataset", "no such dataset");
}

} // namespace
