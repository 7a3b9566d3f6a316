#include "support/weight_files.hpp"

#include <gtest/gtest.h>

namespace nadir::test {
namespace {

using SafetensorsFiles = WeightFiles;

TEST_F(SafetensorsFiles, SafetensorsInAnyOrder) {
  const std::string data = doubles({1, 2}) + bytes_of_number(0x3f80'3f80, 4) +
                           std::string("\0\x3c\0\xc0", 4) +
                           bytes_of_number(std::bit_cast<std::uint32_t>(8.0f), 4);
  const std::string header = R"({"last": {"dtype":"F32","shape":[1],"data_offsets":[24,28]}, )"
                             R"("b16": {"dtype":"BF16","shape":[2],"data_offsets":[16,20]}, )"
                             R"("__metadata__": {"made \u00e9 by": "hand"}, )"
                             R"("half": {"dtype":"F16","shape":[2, 1],"data_offsets":[20,24]}, )"
                             R"("d": {"dtype":"F64","shape":[2],"data_offsets":[0,16]}}   )";
  const std::string file = safetensors(header, data);
  EXPECT_EQ(open(file, "d")->read_all(), (std::vector<double>{1, 2}));
  EXPECT_EQ(open(file, "b16")->read_all(), (std::vector<double>{1, 1}));
  EXPECT_EQ(open(file, "half")->read_all(), (std::vector<double>{1, -2}));
  EXPECT_EQ(open(file, "last")->read_all(), (std::vector<double>{8}));
  EXPECT_NE(refusal(file, "haf").find("did you mean 'half'?"), std::string::npos);
  EXPECT_NE(refusal(file).find("b16, d, half, last"), std::string::npos);
}

TEST_F(SafetensorsFiles, WhatIsWrongIsSaid) {
  const std::string four = doubles({1, 2, 3, 4});
  const auto tensor = [&](const std::string& entry) {
    return safetensors("{\"a\": {" + entry + "}}", four);
  };
  expect_refused(tensor(R"("dtype":"I64","shape":[4],"data_offsets":[0,32])"), "type I64");
  expect_refused(tensor(R"("dtype":"F64","shape":[4],"data_offsets":[0,16])"), "do not agree");
  expect_refused(tensor(R"("dtype":"F64","shape":[4],"data_offsets":[32,0])"), "do not agree");
  expect_refused(tensor(R"("dtype":"F64","shape":[4],"data_offsets":[8,40])"), "ends before");
  expect_refused(tensor(R"("dtype":"F64","shape":[-4],"data_offsets":[0,32])"), "damaged");
  expect_refused(tensor(R"("dtype":"F64","shape":[4])"), "damaged");
  expect_refused(tensor(R"("dtype":"F64","shape":4,"data_offsets":[0,32])"), "damaged");
  expect_refused(safetensors("{\"a\": {}, \"a\": {}}", four), "names 'a' twice");
  expect_refused(tensor(R"("dtype":"F64","shape":[4],"data_offsets":[0,32],"shape":[2])"),
                 "names 'shape' twice");
  expect_refused(bytes_of_number(1000, 8) + "{}", "ends too early");
  expect_refused(safetensors("{" + std::string(100, '['), four), "damaged");
  const std::string good = R"({"a": {"dtype":"F64","shape":[4],"data_offsets":[0,32]}})";
  EXPECT_EQ(refusal(safetensors(good, four)), "");
  expect_refused(safetensors(good + "]", four), "damaged");
  expect_refused(safetensors(good + std::string("\0]", 2), four), "damaged");
  expect_refused(tensor(R"("dtype":"F64","shape":[4.0],"data_offsets":[0,32])"), "damaged");
  expect_refused(tensor(R"("dtype":"F64","shape":[18446744073709551615],"data_offsets":[0,32])"),
                 "damaged");
  const auto nested = [](int depth) {
    return R"({"__metadata__": )" + std::string(depth, '[') + std::string(depth, ']') +
           R"(, "a": )"
           R"({"dtype":"F64","shape":[4],"data_offsets":[0,32]}})";
  };
  EXPECT_EQ(refusal(safetensors(nested(32), four)), "");
  expect_refused(safetensors(nested(33), four), "damaged");
}

TEST_F(SafetensorsFiles, TensorsThatOverlapAreRefused) {
  const auto two = [](const std::string& first, const std::string& second) {
    return safetensors(R"({"a": {"dtype":"F64","shape":[2],"data_offsets":[)" + first +
                           R"(]}, "b": {"dtype":"F64","shape":[2],"data_offsets":[)" + second +
                           "]}}",
                       doubles({1, 2, 3, 4}));
  };
  EXPECT_EQ(open(two("16,32", "0,16"), "a")->read_all(), (std::vector<double>{3, 4}));
  for (const auto& file : {two("0,16", "8,24"), two("8,24", "0,16"), two("0,16", "0,16")})
    EXPECT_NE(refusal(file, "a").find("overlap"), std::string::npos) << refusal(file, "a");
}

} // namespace
} // namespace nadir::test
