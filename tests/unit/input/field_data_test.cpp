#include "nadir/base/error.hpp"
#include "nadir/base/hdf5.hpp"
#include "nadir/input/diagnostics.hpp"
#include "nadir/input/field_data.hpp"
#include "nadir/input/file_checks.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <numeric>

using namespace nadir;
using nadir::test::barrier;
using nadir::test::Folder;
using nadir::test::for_each_point;
using nadir::test::part_of;
using nadir::test::world_rank;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::int64_t> shape{3, 5};

/// Rank 0 writes an input file with plain HDF5 calls, as any other program would.
class InputFile {
 public:
  explicit InputFile(const std::string& path) {
    if (world_rank() != 0) return;
    file_ = hdf5::File(
        hdf5::check(H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT), "create"));
  }
  ~InputFile() {
    file_.reset();
    barrier();
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// A dataset of `stored` type holding `values`, cut into chunks and compressed on request.
  void dataset(const char* name, std::vector<hsize_t> extents, hid_t stored,
               const std::vector<double>& values, bool compressed = false) {
    if (!file_.open()) return;
    const hdf5::Space space(
        H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
    const hdf5::Properties creation(H5Pcreate(H5P_DATASET_CREATE));
    if (compressed) {
      for (auto& extent : extents) extent = (extent + 1) / 2;
      H5Pset_chunk(creation, static_cast<int>(extents.size()), extents.data());
      H5Pset_deflate(creation, 1);
    }
    const hdf5::Dataset id(hdf5::check(
        H5Dcreate2(file_, name, stored, space, H5P_DEFAULT, creation, H5P_DEFAULT), "create"));
    hdf5::check(H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
                "write");
  }

  /// Booleans as h5py stores them: an enumeration of bytes.
  void booleans(const char* name, const std::vector<hsize_t>& extents,
                const std::vector<std::int8_t>& values) {
    if (!file_.open()) return;
    const hdf5::Type type(H5Tenum_create(H5T_STD_I8LE));
    std::int8_t value = 0;
    H5Tenum_insert(type, "FALSE", &value);
    value = 1;
    H5Tenum_insert(type, "TRUE", &value);
    const hdf5::Space space(
        H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
    const hdf5::Dataset id(
        H5Dcreate2(file_, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hdf5::check(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "write");
  }

  void attribute(const char* dataset, const char* name, double value) {
    if (!file_.open()) return;
    const hdf5::Dataset id(H5Dopen2(file_, dataset, H5P_DEFAULT));
    hdf5::write_attribute(id, name, value);
  }

  void text(const char* dataset, const char* name, const std::string& value) {
    if (!file_.open()) return;
    const hdf5::Dataset id(H5Dopen2(file_, dataset, H5P_DEFAULT));
    hdf5::write_attribute(id, name, value);
  }

 private:
  hdf5::File file_;
};

std::vector<double> counting(std::size_t size) {
  std::vector<double> values(size);
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

FieldCase field_at(const std::string& path, const std::string& dataset) {
  FieldCase field;
  field.source = {path, dataset};
  return field;
}

/// This rank's part of a whole [sample][y][x], as reading must give it.
template<class T> std::vector<T> part(const std::vector<T>& whole, std::size_t samples) {
  std::vector<T> mine;
  for (std::size_t s = 0; s < samples; ++s)
    for_each_point(part_of(shape), [&](auto, auto y, auto x) {
      mine.push_back(whole[s * 15 + static_cast<std::size_t>(y * 5 + x)]);
    });
  return mine;
}

/// The message of an InputError, the same on all ranks; empty when nothing was thrown.
std::string input_error(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

bool contains(const std::string& whole, const std::string& part) {
  return whole.find(part) != std::string::npos;
}

TEST(ReadField, AnyNumberTypeAndByteOrder) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  const std::vector<std::pair<const char*, hid_t>> types{
      {"f8be", H5T_IEEE_F64BE}, {"f4le", H5T_IEEE_F32LE}, {"i2be", H5T_STD_I16BE},
      {"u1", H5T_STD_U8LE},     {"i8", H5T_STD_I64LE},    {"u4be", H5T_STD_U32BE}};
  const auto values = counting(30);
  {
    InputFile file(path);
    for (const auto& [name, type] : types) file.dataset(name, {2, 3, 5}, type, values);
    file.dataset("compressed", {2, 3, 5}, H5T_STD_I16LE, values, true);
  }
  for (const char* name : {"f8be", "f4le", "i2be", "u1", "i8", "u4be", "compressed"}) {
    const auto read = read_field(MPI_COMM_WORLD, field_at(path, name), part_of(shape));
    EXPECT_EQ(read.samples, 2);
    EXPECT_EQ(read.value, part(values, 2)) << name;
    EXPECT_EQ(read.observed, std::vector<std::uint8_t>(read.value.size(), 1)) << name;
  }
}

TEST(ReadField, SamplesInTheOrderAskedFor) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  InputFile(path).dataset("x", {4, 3, 5}, H5T_IEEE_F64LE, counting(60));
  auto field = field_at(path, "/x");
  field.all_samples = false;
  field.samples = {3, 0, 1, 3};
  std::vector<double> expected;
  for (const int sample : {3, 0, 1, 3})
    for (int i = 0; i < 15; ++i) expected.push_back(sample * 15 + i);
  EXPECT_EQ(read_input(MPI_COMM_WORLD, field, part_of(shape)), part(expected, 4));
  field.samples = {4};
  EXPECT_TRUE(contains(input_error([&] { read_input(MPI_COMM_WORLD, field, part_of(shape)); }),
                       "no sample 4"));
}

TEST(ReadField, PackedValuesAreUnpackedAndScaled) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  {
    InputFile file(path);
    file.dataset("x", {3, 5}, H5T_STD_I16LE, counting(15));
    file.attribute("x", "scale_factor", 0.5);
    file.attribute("x", "add_offset", 10.0);
  }
  auto field = field_at(path, "x");
  field.offset = 4.0;
  field.scale = 2.0;
  std::vector<double> expected;
  for (int i = 0; i < 15; ++i) expected.push_back((0.5 * i + 10.0 - 4.0) / 2.0);
  EXPECT_EQ(read_input(MPI_COMM_WORLD, field, part_of(shape)), part(expected, 1));
}

TEST(ReadField, MissingValuesAreNotObserved) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  auto values = counting(15);
  values[0] = nan;
  values[4] = -1e34; // as a float not quite the double of the attribute
  values[7] = 999;
  {
    InputFile file(path);
    file.dataset("y", {3, 5}, H5T_IEEE_F32LE, values);
    file.attribute("y", "missing_value", -1e34);
    file.attribute("y", "_FillValue", 999);
    file.attribute("y", "scale_factor", 2.0); // the fill value is one of the stored numbers
  }
  const auto read = read_field(MPI_COMM_WORLD, field_at(path, "y"), part_of(shape));
  std::vector<std::uint8_t> observed(15, 1);
  for (auto& value : values) value *= 2;
  for (const std::size_t i : {0U, 4U, 7U}) {
    observed[i] = 0;
    values[i] = 0;
  }
  EXPECT_EQ(read.observed, part(observed, 1));
  EXPECT_EQ(read.value, part(values, 1));
}

TEST(ReadField, AMaskServesAllSamplesOrHasItsOwn) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  std::vector<std::int8_t> booleans(15, 1);
  booleans[6] = 0;
  auto masks = std::vector<double>(30, 1.0);
  masks[2] = 0.0;
  masks[15 + 3] = nan;
  {
    InputFile file(path);
    file.dataset("y", {2, 3, 5}, H5T_IEEE_F64LE, counting(30));
    file.booleans("land", {3, 5}, booleans);
    file.dataset("masks", {2, 3, 5}, H5T_IEEE_F64LE, masks);
  }
  auto field = field_at(path, "y");
  const auto observed = [&](std::initializer_list<std::size_t> holes) {
    std::vector<std::uint8_t> whole(30, 1);
    for (const std::size_t hole : holes) whole[hole] = 0;
    return part(whole, 2);
  };
  std::vector<std::string> notes;
  field.mask = DatasetCase{path, "land"};
  EXPECT_EQ(read_field(MPI_COMM_WORLD, field, part_of(shape)).observed, observed({6, 21}));
  EXPECT_EQ(read_marks(MPI_COMM_WORLD, {path, "land"}, field, part_of(shape), notes),
            observed({6, 21}));
  field.mask = DatasetCase{path, "masks"};
  EXPECT_EQ(read_field(MPI_COMM_WORLD, field, part_of(shape)).observed, observed({2, 18}));
  field.all_samples = false;
  field.samples = {1, 0};
  EXPECT_EQ(read_field(MPI_COMM_WORLD, field, part_of(shape)).observed, observed({3, 17}));
}

TEST(ReadField, NotesEveryDatasetTheSameOnAnyNumberOfRanks) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  {
    InputFile file(path);
    file.dataset("y", {2, 3, 5}, H5T_IEEE_F64LE, counting(30));
    file.dataset("same", {2, 3, 5}, H5T_STD_I16LE, counting(30), true);
    file.dataset("land", {3, 5}, H5T_IEEE_F64LE, counting(15));
    file.dataset("layers", {4}, H5T_IEEE_F64LE, {1, 2, 3, 4});
  }
  const auto noted = [&](MPI_Comm comm, const Box& box, const char* name) {
    std::vector<DataRead> read;
    auto field = field_at(path, name);
    field.mask = DatasetCase{path, "land"};
    read_field(comm, field, box, {&read, "data.target.0"});
    read_input(comm, field_at(path, name), box, {&read, "data.input"});
    std::vector<std::string> notes;
    read_marks(comm, {path, "land"}, field, box, notes, {&read, "data.target.0.withhold"});
    read_values(comm, {path, "land"}, {}, &box, {&read, "kernel.reaction.init"});
    read_values(comm, {path, "layers"}, std::vector<std::int64_t>{4}, nullptr, {&read, "omega"});
    return data_text(read);
  };
  Box whole;
  whole.dimension = 2;
  whole.count = {1, 3, 5};
  const std::string text = noted(MPI_COMM_WORLD, part_of(shape), "y");
  EXPECT_EQ(text, noted(MPI_COMM_SELF, whole, "y"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 6);
  EXPECT_EQ(text.substr(0, text.find(' ')), "data.target.0");
  EXPECT_NE(text.find("data.target.0.mask "), std::string::npos);
  EXPECT_TRUE(same_data(text, noted(MPI_COMM_WORLD, part_of(shape), "same")))
      << "the same values, stored in another way";
}

TEST(ReadInput, AHoleIsAnErrorThatNamesTheFirstOne) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  auto values = counting(45);
  values[15 + 14] = nan; // sample 1, (2, 4): the last rank's
  values[30] = std::numeric_limits<double>::infinity();
  InputFile(path).dataset("x", {3, 3, 5}, H5T_IEEE_F64LE, values);
  auto field = field_at(path, "/x");
  const auto error = [&] {
    return input_error([&] { read_input(MPI_COMM_WORLD, field, part_of(shape)); });
  };
  EXPECT_TRUE(contains(error(), path + ": /x: sample 1, point (y,x) = (2, 4) is missing"))
      << error();
  field.all_samples = false;
  field.samples = {0, 2};
  EXPECT_TRUE(contains(error(), "sample 2, point (y,x) = (0, 0) is missing or not finite"))
      << error();
  EXPECT_TRUE(contains(input_error([&] { read_field(MPI_COMM_WORLD, field, part_of(shape)); }),
                       "is infinite"));
}

TEST(ReadInput, OneAndThreeDimensions) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  {
    InputFile file(path);
    file.dataset("line", {7}, H5T_IEEE_F64LE, counting(7));
    file.dataset("box", {2, 3, 5}, H5T_IEEE_F64LE, counting(30));
  }
  const auto line = part_of({7});
  std::vector<double> expected;
  for_each_point(line, [&](auto, auto, auto x) { expected.push_back(static_cast<double>(x)); });
  EXPECT_EQ(read_input(MPI_COMM_WORLD, field_at(path, "line"), line), expected);
  const auto box = part_of({2, 3, 5});
  expected.clear();
  for_each_point(box, [&](auto z, auto y, auto x) {
    expected.push_back(static_cast<double>((z * 3 + y) * 5 + x));
  });
  EXPECT_EQ(read_input(MPI_COMM_WORLD, field_at(path, "box"), box), expected);
}

TEST(ReadValues, LeadingAxesAndBox) {
  const Folder folder;
  const std::string path = folder / "in.h5";
  {
    InputFile file(path);
    file.dataset("advection", {2, 2, 3, 5}, H5T_IEEE_F64LE, counting(60));
    file.dataset("layers", {4}, H5T_IEEE_F64LE, {1, 2, 3, 4});
    file.dataset("scalar", {}, H5T_IEEE_F64LE, {2.5});
    file.dataset("bad", {4}, H5T_IEEE_F64LE, {1, 2, nan, 4});
  }
  const Box box = part_of(shape);
  const std::vector<std::int64_t> leading{2, 2};
  EXPECT_EQ(read_values(MPI_COMM_WORLD, {path, "advection"}, leading, &box), part(counting(60), 4));
  const std::vector<std::int64_t> four{4};
  EXPECT_EQ(read_values(MPI_COMM_WORLD, {path, "layers"}, four, nullptr),
            (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(read_values(MPI_COMM_WORLD, {path, "scalar"}, {}, nullptr), std::vector{2.5});
  EXPECT_TRUE(contains(input_error([&] {
                         read_values(MPI_COMM_WORLD, {path, "bad"}, four, nullptr);
                       }),
                       "element (2) is missing or not finite"));
  EXPECT_TRUE(contains(input_error([&] {
                         read_values(MPI_COMM_WORLD, {path, "layers"}, {}, nullptr);
                       }),
                       "has shape [4]"));
}

Case case_for(const std::string& path) {
  Case c;
  c.path = "case.toml";
  c.grid.shape = shape;
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
  TargetCase target;
  target.field = c.data.input;
  target.field.mask = DatasetCase{path, "mask"};
  target.withhold = WithholdCase{};
  target.withhold->source = DatasetCase{path, "x"};
  c.data.targets = {target};
  c.kernel.advection.init_file = DatasetCase{path, "advection"};
  c.kernel.advection.varies_layer = c.kernel.advection.varies_space = true;
  c.network.bias.init_file = DatasetCase{path, "scalar"};
  EXPECT_EQ(problems_of(c), std::vector<std::string>{});
  Diagnostics diagnostics;
  EXPECT_EQ(check_field(c, c.data.input, "data.input", diagnostics), 2);
  EXPECT_TRUE(diagnostics.empty());
}

TEST(CheckCaseFiles, FilesThatAreNone) {
  const Folder folder;
  if (world_rank() == 0) {
    std::ofstream(folder / "classic.cdf", std::ios::binary) << std::string("CDF\001\0\0\0", 7);
    std::ofstream(folder / "wide.nc", std::ios::binary) << std::string("CDF\005\0\0\0", 7);
    std::ofstream(folder / "notes.txt") << "CDF is a word";
  }
  barrier();
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
  c.network.bias.init_file = DatasetCase{path, "one"};
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
  TargetCase target;
  target.field = field_at(path, "y");
  c.data.targets = {target};
  expect_problem(c, "data.target", "the number of samples is 1, that of data.input is 2");
  c.data.targets[0].field = field_at(path, "x");
  c.data.targets[0].withhold = WithholdCase{};
  c.data.targets[0].withhold->source = DatasetCase{path, "three"};
  expect_problem(c, "data.target.withhold.dataset", "three has shape [3, 3, 5], expected [3, 5]");
  c.data.targets.clear();
  c.data.input.mask = DatasetCase{path, "none"};
  expect_problem(c, "data.input.mask.dataset", "no such dataset");
}

} // namespace
