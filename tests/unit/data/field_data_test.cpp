#include "nadir/base/error.hpp"
#include "nadir/data/field_data.hpp"

#include "support/files.hpp"
#include "support/input_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>

using namespace nadir;
using nadir::test::contains;
using nadir::test::counting;
using nadir::test::field_at;
using nadir::test::Folder;
using nadir::test::for_each_point;
using nadir::test::InputFile;
using nadir::test::part_of;
using nadir::test::world_rank;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const std::vector<std::int64_t> shape{3, 5};

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
  field.mask = DatasetSpec{path, "land"};
  EXPECT_EQ(read_field(MPI_COMM_WORLD, field, part_of(shape)).observed, observed({6, 21}));
  EXPECT_EQ(read_marks(MPI_COMM_WORLD, {path, "land"}, field, part_of(shape), notes),
            observed({6, 21}));
  field.mask = DatasetSpec{path, "masks"};
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
    field.mask = DatasetSpec{path, "land"};
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

} // namespace
