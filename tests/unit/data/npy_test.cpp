#include "support/weight_files.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir::test {
namespace {

using NpyFiles = WeightFiles;

TEST_F(NpyFiles, NumpysTypesAndOrders) {
  const auto expect = [&](const std::string& content, const std::vector<double>& values) {
    const auto array = open(content);
    EXPECT_EQ(array->shape(), (std::vector<std::int64_t>{2, 2}));
    EXPECT_EQ(array->read_all(), values);
  };
  expect(npy_of("<f8", "(2, 2)", doubles({1.5, -2, 3, 4})), {1.5, -2, 3, 4});
  expect(npy_of("<f8", "(2, 2)", doubles({1, 2, 3, 4}), true), {1, 3, 2, 4});
  expect(npy_of("<f4", "(2, 2)",
                bytes_of_number(std::bit_cast<std::uint32_t>(0.25f), 4) + std::string(12, '\0')),
         {0.25, 0, 0, 0});
  expect(npy_of(">i2", "(2, 2)", std::string("\0\1\xff\xff\0\3\1\0", 8)), {1, -1, 3, 256});
  expect(npy_of("|u1", "(2, 2)", "\1\2\3\xff"), {1, 2, 3, 255});
  // Half precision: 1, -2, the smallest number above 0, infinity.
  const auto half =
      open(npy_of("<f2", "(4,)", std::string("\0\x3c\0\xc0\1\0\0\x7c", 8)))->read_all();
  EXPECT_EQ(half[0], 1.0);
  EXPECT_EQ(half[1], -2.0);
  EXPECT_EQ(half[2], std::ldexp(1.0, -24));
  EXPECT_TRUE(std::isinf(half[3]));
}

TEST_F(NpyFiles, RowsAreReadWhereTheyLie) {
  const auto array = open(npy_of("<f8", "(3, 2)", doubles({1, 2, 3, 4, 5, 6})));
  std::vector<double> row(2);
  array->read(1, 1, row);
  EXPECT_EQ(row, (std::vector<double>{3, 4}));
}

TEST_F(NpyFiles, WhatIsWrongIsSaid) {
  const std::string four = doubles({1, 2, 3, 4});
  expect_refused(npy_of("<f8", "(2, 3)", four), "ends before the last number");
  expect_refused(npy_of("<c16", "(2,)", four), "type '<c16'");
  expect_refused(npy_of("|O", "(2,)", four), "type '|O'");
  expect_refused(npy_of("<f8", "(0, 2)", four), "no elements");
  expect_refused(npy_of("<f8", "()", four), "single number");
  expect_refused(npy_of("<f8", "(-2,)", four), "no valid shape");
  expect_refused(npy_of("<f8", "(4611686018427387904, 4611686018427387904)", four), "impossible");
  expect_refused(npy_of("<f8", "(99999999999999999999,)", four), "no valid shape");
  expect_refused(npy("{'descr': '<f8'}", four), "damaged");
}

} // namespace
} // namespace nadir::test
