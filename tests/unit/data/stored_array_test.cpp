#include "nadir/data/stored_array.hpp"

#include "nadir/base/error.hpp"

#include "support/files.hpp"
#include "support/input_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace nadir {
namespace {

using test::counting;

/// A file of many kinds of datasets, and its folder.
class StoredArrays : public testing::Test {
 protected:
  StoredArrays() {
    test::InputFile file(path);
    file.dataset("big", {2, 3}, H5T_IEEE_F64BE, {0.5, -1, 2, 3, 4, 5});
    file.dataset("small", {3}, H5T_STD_I8LE, {-1, 0, 1});
    file.dataset("float", {1}, H5T_IEEE_F32LE, {0.25});
    file.dataset("packed", {100, 100}, H5T_STD_I16LE, counting(10'000), true);
    file.dataset("scaled", {3}, H5T_STD_I16LE, {1, 2, 3});
    file.attribute("scaled", "scale_factor", 0.5);
    file.attribute("scaled", "add_offset", 10);
    file.text("scaled", "units", "degC");
    file.booleans("flags", {2}, {1, 0});
    file.dataset("number", {}, H5T_IEEE_F64LE, {7});
    file.words("words", {"no number"});
  }
  StoredArray open(const std::string& dataset) const { return {MPI_COMM_WORLD, {path, dataset}}; }
  std::string refusal(const std::string& dataset) const {
    try {
      open(dataset).read_all();
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing was thrown";
  }

  test::Folder folder;
  const std::string path = folder / "in.h5";
};

TEST_F(StoredArrays, AnyNumberIsADouble) {
  EXPECT_EQ(open("big").read_all(), (std::vector<double>{0.5, -1, 2, 3, 4, 5}));
  EXPECT_EQ(open("big").shape(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(open("small").read_all(), (std::vector<double>{-1, 0, 1}));
  EXPECT_EQ(open("flags").read_all(), (std::vector<double>{1, 0}));
  EXPECT_EQ(open("number").read_all(), std::vector<double>{7});
  EXPECT_TRUE(open("number").shape().empty());
  EXPECT_EQ(open("scaled").read_all(), (std::vector<double>{10.5, 11, 11.5}));
  EXPECT_EQ(open("scaled").text("units"), "degC");
  EXPECT_EQ(open("scaled").text("long_name"), std::nullopt);
  EXPECT_TRUE(open("packed").read_all() == counting(10'000));
}

TEST_F(StoredArrays, RanksReadTheirOwnSlabs) {
  const auto rank = static_cast<hsize_t>(test::world_rank());
  std::vector<double> row(100);
  open("packed").read({{rank, 0}, {1, 100}}, row);
  for (std::size_t i = 0; i < row.size(); ++i)
    EXPECT_EQ(row[i], 100.0 * static_cast<double>(rank) + static_cast<double>(i));
}

TEST_F(StoredArrays, SizesAndPrecision) {
  EXPECT_EQ(open("packed").declared_bytes(), 20'000.0);
  EXPECT_LT(open("packed").stored_bytes(), 20'000.0);
  EXPECT_GT(open("packed").stored_bytes(), 0.0);
  EXPECT_TRUE(open("float").single_precision());
  EXPECT_FALSE(open("big").single_precision());
  EXPECT_FALSE(open("small").single_precision());
}

TEST_F(StoredArrays, WhatIsNoArrayOfNumbersIsRefusedByAllRanks) {
  EXPECT_EQ(refusal("words"), path + ": words: does not hold numbers");
  EXPECT_TRUE(
      refusal("/").starts_with(path + ": /: is a group, not a dataset (the file has /big, "));
  EXPECT_TRUE(refusal("bigg").starts_with(path + ": bigg: no such dataset (the file has /big, "));
}

/// Makes a type say 68 bits where the file has it with 64; one rank calls.
void damage_type(const std::string& file, std::string message) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto at = bytes.find(message);
  ASSERT_NE(at, std::string::npos);
  bytes[at + message.size() - 2] = 68;
  std::ofstream(file, std::ios::binary) << bytes;
}

TEST_F(StoredArrays, TypesWithMoreBitsThanBytesAreRefusedByAllRanks) {
  using namespace std::string_literals;
  // Class, flags, bytes, first bit, bits: as HDF5 stores them.
  const std::string real = "\x11\x20\x3f\0\x08\0\0\0\0\0\x40\0"s;
  const std::string integer = "\x10\x08\0\0\x08\0\0\0\0\0\x40\0"s;
  for (const bool is_real : {true, false}) {
    const std::string damaged = folder / (is_real ? "real.h5" : "integer.h5");
    {
      test::InputFile file(damaged);
      file.dataset("v", {4}, is_real ? H5T_IEEE_F64LE : H5T_STD_I64LE, counting(4));
    }
    if (test::world_rank() == 0) damage_type(damaged, is_real ? real : integer);
    test::barrier();
    try {
      const StoredArray array(MPI_COMM_WORLD, {damaged, "v"});
      FAIL() << "opened";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()),
                damaged + ": v: its type is damaged: numbers with more bits than their bytes have");
    }
  }
}

TEST_F(StoredArrays, AnAxisHasTheCoordinatesOfItsScale) {
  const std::string other = folder / "axes.h5";
  {
    test::InputFile file(other);
    file.dataset("v", {2, 3}, H5T_IEEE_F64LE, counting(6));
    file.dataset("x", {3}, H5T_IEEE_F64LE, {10, 20, 30});
    file.text("x", "units", "m");
    file.scale("v", 1, "x", "x");
    file.dataset("t", {2}, H5T_IEEE_F64LE, {0, 0});
    file.scale("v", 0, "t", "This is a netCDF dimension but not a netCDF variable.         2");
  }
  const StoredArray v(MPI_COMM_SELF, {other, "v"});
  const auto x = v.scale_of(1);
  ASSERT_TRUE(x);
  EXPECT_EQ(x->name(), "x");
  EXPECT_EQ(x->text("units"), "m");
  EXPECT_EQ(x->read_all(), (std::vector<double>{10, 20, 30}));
  EXPECT_FALSE(v.scale_of(0)) << "it only carries a name";
}

TEST_F(StoredArrays, FilesOfOtherKindsAreNamed) {
  if (test::world_rank() == 0) {
    std::ofstream(folder / "classic.nc") << "CDF\1 and so on";
    std::ofstream(folder / "text") << "some words";
  }
  test::barrier();
  EXPECT_EQ(unreadable_file(path), "");
  EXPECT_EQ(unreadable_file(folder / "none"), "no such file: " + (folder / "none"));
  EXPECT_EQ(unreadable_file(folder / ""), (folder / "") + " is a folder, not a file");
  EXPECT_EQ(unreadable_file("/dev/null"), "/dev/null is no regular file");
  EXPECT_EQ(unreadable_file(folder / "text"),
            (folder / "text") + " is neither an HDF5 nor a netCDF-4 file");
  EXPECT_EQ(unreadable_file(folder / "classic.nc"),
            (folder / "classic.nc") + " is a classic netCDF file; convert it with: nccopy -k nc4 " +
                (folder / "classic.nc") + " " + (folder / "classic-nc4.nc"));
}

TEST(ShapeText, ListsTheExtents) {
  EXPECT_EQ(shape_text(std::vector<std::int64_t>{12, 90, 180}), "[12, 90, 180]");
  EXPECT_EQ(shape_text({}), "a scalar");
}

} // namespace
} // namespace nadir
