#include "nadir/data/weight_file.hpp"

#include "nadir/base/hashed_random.hpp"

#include "support/weight_files.hpp"

#include <gtest/gtest.h>

namespace nadir::test {
namespace {

TEST_F(WeightFiles, WhatIsNoFileOfWeightsIsRefused) {
  expect_refused("", "unknown format");
  expect_refused("some text that is no array at all", "unknown format");
}

/// A damaged file is read as something else or refused in words, and nothing else happens.
TEST_F(WeightFiles, DamageNeverGetsThrough) {
  const std::string array = npy_of("<f8", "(4, 4)", doubles(std::vector<double>(16, 1.0)));
  const std::vector<std::string> files{
      array, zip({{"a.npy", array}}, false), zip({{"a.npy", array}}, true),
      safetensors(R"({"a": {"dtype":"F64","shape":[4,4],"data_offsets":[0,128]}})",
                  doubles(std::vector<double>(16, 1.0)))};
  std::uint64_t place = 0;
  int refused = 0, tried = 0;
  const auto attempt = [&](const std::string& content) {
    ++tried;
    refused += !refusal(content).empty();
  };
  for (const std::string& file : files) {
    for (std::size_t length = 0; length < file.size(); length += 1 + length / 40)
      attempt(file.substr(0, length));
    for (std::size_t at = 0; at < file.size(); ++at) {
      const bool numbers = at >= 200 && at + 120 < file.size();
      if (numbers || (at > 60 && at % 3)) continue;
      std::string changed = file;
      const auto bits = hashed(9, place++);
      changed[at] = static_cast<char>(bits);
      attempt(changed);
      changed[at] = "\xff\0\x7f["[bits >> 8 & 3];
      attempt(changed);
    }
  }
  EXPECT_GT(refused, tried / 2);
}

TEST_F(WeightFiles, PathsAndArraysAreToldApart) {
  EXPECT_EQ(split_array_name("a.h5:/x/y"), (std::pair<std::string, std::string>("a.h5", "/x/y")));
  EXPECT_EQ(split_array_name("a.npy"), (std::pair<std::string, std::string>("a.npy", "")));
  EXPECT_THROW(open_weights(folder_ / "none.npy", ""), InputError);
  EXPECT_THROW(open_weights(folder_ / ".", ""), InputError);
  barrier();
}

} // namespace
} // namespace nadir::test
