#include "support/weight_files.hpp"

#include <gtest/gtest.h>

namespace nadir::test {
namespace {

using NpzFiles = WeightFiles;

TEST_F(NpzFiles, ZipFilesStoredAndDeflated) {
  const std::string a = npy_of("<f8", "(200,)", doubles(std::vector<double>(200, 0.5)));
  const std::string b = npy_of("<f8", "(2,)", doubles({1, 2}));
  for (const bool pack : {false, true}) {
    const std::string file = zip({{"a.npy", a}, {"layer/b.npy", b}}, pack);
    EXPECT_EQ(open(file, "a")->read_all(), std::vector<double>(200, 0.5));
    EXPECT_EQ(open(file, "layer/b")->read_all(), (std::vector<double>{1, 2}));
    EXPECT_NE(refusal(file, "c").find("has no array 'c'"), std::string::npos);
    EXPECT_EQ(open(zip({{"b.npy", b}}, pack))->read_all(), (std::vector<double>{1, 2}));
  }
}

TEST_F(NpzFiles, WhatHasNoArraysIsRefused) {
  expect_refused(zip({{"archive/data.pkl", "x"}}, false), "tools/export-torch");
  expect_refused(zip({{"a.txt", "x"}}, false), "has no arrays");
  expect_refused(zip({}, false), "has no arrays");
}

/// numpy.savez stores its members as they are.
TEST_F(NpzFiles, ChecksumsOfStoredMembersAreChecked) {
  const std::string array = npy_of("<f8", "(200,)", doubles(std::vector<double>(200, 0.5)));
  for (const bool pack : {false, true}) {
    std::string file = zip({{"a.npy", array}}, pack);
    EXPECT_EQ(refusal(file), "");
    const std::size_t number = pack ? file.find("PK\1\2") + 16 : 300; // the sum, or what it is of
    file[number] = static_cast<char>(file[number] ^ 1);
    EXPECT_NE(refusal(file).find("the zip file is damaged"), std::string::npos) << pack;
  }
}

} // namespace
} // namespace nadir::test
