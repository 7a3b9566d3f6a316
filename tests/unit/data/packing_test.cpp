#include "nadir/base/error.hpp"
#include "nadir/base/hdf5.hpp"
#include "nadir/data/field_data.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace nadir;
using nadir::test::barrier;
using nadir::test::Folder;
using nadir::test::part_of;
using nadir::test::world_rank;

namespace {

constexpr double hole = std::numeric_limits<double>::quiet_NaN();

/// A file with one dataset "v" of six numbers, written by rank 0 with plain HDF5 calls; the tests
/// read it on all ranks.
class PackedField : public testing::Test {
 protected:
  struct Attribute {
    const char* name;
    hid_t type;
    std::vector<double> values;
  };

  void write(hid_t type, const std::vector<double>& values,
             const std::vector<Attribute>& attributes, const std::string& is_unsigned = "",
             std::optional<double> fill = std::nullopt) {
    path_ = folder_ / ("in-" + std::to_string(files_++) + ".h5");
    if (world_rank() == 0) {
      const hdf5::File file(H5Fcreate(path_.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT));
      const hsize_t count = values.size();
      const hdf5::Space space(H5Screate_simple(1, &count, nullptr));
      const hdf5::Properties creation(H5Pcreate(H5P_DATASET_CREATE));
      if (fill) H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &*fill);
      const hdf5::Dataset v(H5Dcreate2(file, "v", type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
      ASSERT_GE(H5Dwrite(v, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
      for (const Attribute& attribute : attributes) put(v, attribute);
      if (!is_unsigned.empty()) put_text(v, "_Unsigned", is_unsigned);
    }
    barrier();
  }

  FieldSamples read() {
    FieldSpec field;
    field.source = {path_, "v"};
    return read_field(MPI_COMM_WORLD, field, part_of({6}));
  }

  /// This rank's part must be that of `expected`, NaN for "not observed".
  void expect_values(const std::vector<double>& expected) {
    const FieldSamples field = read();
    const Box box = part_of({6});
    ASSERT_EQ(static_cast<std::int64_t>(field.value.size()), box.count[2]);
    for (std::size_t i = 0; i < field.value.size(); ++i) {
      const double wanted = expected[static_cast<std::size_t>(box.start[2]) + i];
      EXPECT_EQ(field.observed[i], !std::isnan(wanted)) << "point " << i;
      if (std::isnan(wanted)) continue;
      EXPECT_DOUBLE_EQ(field.value[i], wanted) << "point " << i;
    }
    notes_ = field.notes;
  }

  std::string refusal() {
    try {
      read();
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  }

  std::vector<std::string> notes_;

 private:
  static void put(hid_t v, const Attribute& attribute) {
    const hsize_t count = attribute.values.size();
    const hdf5::Space space(H5Screate_simple(1, &count, nullptr));
    const hdf5::Attribute a(
        H5Acreate2(v, attribute.name, attribute.type, space, H5P_DEFAULT, H5P_DEFAULT));
    ASSERT_GE(H5Awrite(a, H5T_NATIVE_DOUBLE, attribute.values.data()), 0);
  }
  /// As netCDF does: of fixed length.
  static void put_text(hid_t v, const char* name, const std::string& text) {
    const hdf5::Type type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type, text.size());
    const hdf5::Space scalar(H5Screate(H5S_SCALAR));
    const hdf5::Attribute a(H5Acreate2(v, name, type, scalar, H5P_DEFAULT, H5P_DEFAULT));
    ASSERT_GE(H5Awrite(a, type, text.data()), 0);
  }

  Folder folder_;
  std::string path_;
  int files_ = 0;
};

TEST_F(PackedField, UnsignedNumbersInASignedType) {
  write(H5T_STD_I16LE, {10, -25536, -1, 32767, -32768, 0},
        {{"scale_factor", H5T_IEEE_F64LE, {0.01}}, {"_FillValue", H5T_STD_I16LE, {-1}}}, "true");
  expect_values({0.1, 400.0, hole, 327.67, 327.68, 0});
  EXPECT_TRUE(notes_.empty()); // a mark of its own needs no word
  write(H5T_STD_I8LE, {-1, -128, 127, 0, 1, -2}, {}, "True");
  expect_values({255, 128, 127, 0, 1, 254});
  write(H5T_STD_U8LE, {255, 128, 127, 0, 1, 254}, {}, "false");
  expect_values({-1, -128, 127, 0, 1, -2});
  write(H5T_STD_I16LE, {-1, -2, 1, 2, 3, 4}, {}, "false");
  expect_values({-1, -2, 1, 2, 3, 4});
}

TEST_F(PackedField, WhatIsOutsideTheValidRangeIsMissingAndSaidOnce) {
  write(H5T_IEEE_F32LE, {-1, 0, 20.5, 40, 40.5, 7}, {{"valid_range", H5T_IEEE_F32LE, {0, 40}}});
  expect_values({hole, 0, 20.5, 40, hole, 7});
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_NE(notes_[0].find("v: 2 values outside the valid range [0, 40] count as missing"),
            std::string::npos)
      << notes_[0];
  write(H5T_IEEE_F64LE, {-1, 0, 1, 2, 3, 4}, {{"valid_min", H5T_IEEE_F64LE, {0}}});
  expect_values({hole, 0, 1, 2, 3, 4});
  write(H5T_STD_I32LE, {-1, 0, 1, 2, 3, 4}, {{"valid_max", H5T_STD_I32LE, {3}}});
  expect_values({-1, 0, 1, 2, 3, hole});
  // A bound in double precision is one of the floats it is compared with.
  write(H5T_IEEE_F32LE, {0.1, 0.2, 0, 0.05, 0.3, 1}, {{"valid_max", H5T_IEEE_F64LE, {0.2}}});
  const double tenth = 0.1F, fifth = 0.2F, twentieth = 0.05F;
  expect_values({tenth, fifth, 0, twentieth, hole, hole});
}

TEST_F(PackedField, BoundsAreOfPackedNumbersUnlessTheirTypeIsThatOfUnpackedOnes) {
  const Attribute scale{"scale_factor", H5T_IEEE_F32LE, {0.5}};
  write(H5T_STD_I16LE, {0, 1, 2, 3, 4, 5}, {scale, {"valid_range", H5T_STD_I16LE, {1, 4}}});
  expect_values({hole, 0.5, 1, 1.5, 2, hole});
  write(H5T_STD_I16LE, {0, 1, 2, 3, 4, 5}, {scale, {"valid_range", H5T_IEEE_F32LE, {1, 2}}});
  expect_values({hole, hole, 1, 1.5, 2, hole});
  // Packed bounds of unsigned numbers are unsigned too.
  write(H5T_STD_I16LE, {0, -1, -2, 3, 4, -3}, {{"valid_range", H5T_STD_I16LE, {0, -2}}}, "true");
  expect_values({0, hole, 65534, 3, 4, 65533});
}

TEST_F(PackedField, NetcdfFillsWithoutAnAttribute) {
  const double fill = 9.969209968386869e36;
  for (const hid_t type : {H5T_IEEE_F32LE, H5T_IEEE_F64BE}) {
    write(type, {1, fill, 3, 4, 5, 6}, {});
    expect_values({1, hole, 3, 4, 5, 6});
    ASSERT_EQ(notes_.size(), 1u);
    EXPECT_NE(notes_[0].find("1 value equal to netCDF's default fill value"), std::string::npos);
  }
  write(H5T_STD_I16LE, {1, -32767, 3, 4, 5, 6}, {}, "", -32767.0); // as netCDF makes its datasets
  expect_values({1, hole, 3, 4, 5, 6});
  write(H5T_STD_I16LE, {1, -32767, 3, 4, 5, 6}, {}); // another program's number
  expect_values({1, -32767, 3, 4, 5, 6});
  write(H5T_STD_I8LE, {1, -127, 3, 4, 5, 6}, {}, "", -127.0); // bytes have no default
  expect_values({1, -127, 3, 4, 5, 6});
  write(H5T_IEEE_F64LE, {1, fill, 3, 4, 5, 6}, {{"_FillValue", H5T_IEEE_F64LE, {-9}}});
  expect_values({1, fill, 3, 4, 5, 6}); // the file names another one
}

TEST_F(PackedField, MissingValuesAreComparedInTheTypeOfTheData) {
  const hdf5::Type half(H5Tcopy(H5T_IEEE_F32LE));
  H5Tset_fields(half, 15, 10, 5, 0, 10);
  H5Tset_size(half, 2);
  H5Tset_ebias(half, 15);
  write(half, {1, 999.9, 3, 4, 5, 0.5}, {{"missing_value", H5T_IEEE_F64LE, {999.9}}});
  expect_values({1, hole, 3, 4, 5, 0.5});
  // -1e34 is no short, in particular not the least one.
  write(H5T_STD_I16LE, {1, -32768, 3, 4, 5, 6}, {{"missing_value", H5T_IEEE_F64LE, {-1e34}}});
  expect_values({1, -32768, 3, 4, 5, 6});
}

TEST_F(PackedField, AttributesWithoutSenseAreRefused) {
  const auto expect = [&](const Attribute& attribute, const std::string& words) {
    write(H5T_STD_I16LE, {1, 2, 3, 4, 5, 6}, {attribute});
    EXPECT_NE(refusal().find(words), std::string::npos) << refusal();
  };
  expect({"scale_factor", H5T_IEEE_F64LE, {0}}, "'scale_factor' is 0");
  expect({"scale_factor", H5T_IEEE_F64LE, {hole}}, "'scale_factor' is not finite");
  expect({"add_offset", H5T_IEEE_F64LE, {1, 2}}, "'add_offset' has 2 values, it needs one");
  expect({"valid_range", H5T_IEEE_F64LE, {1}}, "'valid_range' has 1 values, it needs 2");
  expect({"valid_range", H5T_IEEE_F64LE, {2, 1}}, "leave no valid value");
}

} // namespace
