#include "nadir/base/error.hpp"
#include "nadir/base/hashed_random.hpp"
#include "nadir/input/weight_file.hpp"

#include "../support/files.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <functional>

using namespace nadir;
using nadir::test::barrier;
using nadir::test::Folder;
using nadir::test::world_rank;

namespace {

template<class Integer> std::string bytes_of_number(Integer value, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i)
    text += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  return text;
}

std::string doubles(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += bytes_of_number(std::bit_cast<std::uint64_t>(value), 8);
  return text;
}

std::string npy(const std::string& header, const std::string& data) {
  return "\x93NUMPY" + std::string("\1\0", 2) + bytes_of_number(header.size(), 2) + header + data;
}

std::string npy_of(const std::string& descr, const std::string& extents, const std::string& data,
                   bool fortran = false) {
  return npy("{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                 ", 'shape': " + extents + ", }\n",
             data);
}

std::string safetensors(const std::string& header, const std::string& data) {
  return bytes_of_number(header.size(), 8) + header + data;
}

std::string deflated(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// A zip file of parts, each packed when `pack`.
std::string zip(const std::vector<std::pair<std::string, std::string>>& parts, bool pack) {
  std::string file, directory;
  for (const auto& [name, content] : parts) {
    const std::string data = pack ? deflated(content) : content;
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    const std::string common = bytes_of_number(20, 2) + bytes_of_number(0, 2) +
                               bytes_of_number(pack ? 8 : 0, 2) + bytes_of_number(0, 4) +
                               bytes_of_number(sum, 4) + bytes_of_number(data.size(), 4) +
                               bytes_of_number(content.size(), 4) +
                               bytes_of_number(name.size(), 2) + bytes_of_number(0, 2);
    directory += "PK\1\2" + bytes_of_number(20, 2) + common + bytes_of_number(0, 2) +
                 bytes_of_number(0, 2) + bytes_of_number(0, 2) + bytes_of_number(0, 4) +
                 bytes_of_number(file.size(), 4) + name;
    file += "PK\3\4" + common + name + data;
  }
  return file + directory + "PK\5\6" + bytes_of_number(0, 4) + bytes_of_number(parts.size(), 2) +
         bytes_of_number(parts.size(), 2) + bytes_of_number(directory.size(), 4) +
         bytes_of_number(file.size(), 4) + bytes_of_number(0, 2);
}

/// Every rank writes a file of its own and reads it.
class WeightFiles : public testing::Test {
 protected:
  std::string written(const std::string& content) const {
    const std::string path = folder_ / ("weights-" + std::to_string(world_rank()));
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::unique_ptr<WeightArray> open(const std::string& content,
                                    const std::string& name = "") const {
    return open_weights(written(content), name);
  }
  /// What the file is refused with; empty when it is read.
  std::string refusal(const std::string& content, const std::string& name = "") const {
    try {
      open(content, name)->read_all();
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  }
  void expect_refused(const std::string& content, const std::string& words) const {
    const std::string message = refusal(content);
    EXPECT_NE(message.find(words), std::string::npos)
        << "wanted '" << words << "', got: " << message;
  }

  Folder folder_;
};

TEST_F(WeightFiles, NumpysTypesAndOrders) {
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

TEST_F(WeightFiles, RowsAreReadWhereTheyLie) {
  const auto array = open(npy_of("<f8", "(3, 2)", doubles({1, 2, 3, 4, 5, 6})));
  std::vector<double> row(2);
  array->read(1, 1, row);
  EXPECT_EQ(row, (std::vector<double>{3, 4}));
}

TEST_F(WeightFiles, SafetensorsInAnyOrder) {
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

TEST_F(WeightFiles, ZipFilesStoredAndDeflated) {
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

TEST_F(WeightFiles, WhatIsWrongIsSaid) {
  const std::string four = doubles({1, 2, 3, 4});
  expect_refused("", "unknown format");
  expect_refused("some text that is no array at all", "unknown format");
  expect_refused(npy_of("<f8", "(2, 3)", four), "ends before the last number");
  expect_refused(npy_of("<c16", "(2,)", four), "type '<c16'");
  expect_refused(npy_of("|O", "(2,)", four), "type '|O'");
  expect_refused(npy_of("<f8", "(0, 2)", four), "no elements");
  expect_refused(npy_of("<f8", "()", four), "single number");
  expect_refused(npy_of("<f8", "(-2,)", four), "no valid shape");
  expect_refused(npy_of("<f8", "(4611686018427387904, 4611686018427387904)", four), "impossible");
  expect_refused(npy_of("<f8", "(99999999999999999999,)", four), "no valid shape");
  expect_refused(npy("{'descr': '<f8'}", four), "damaged");
  expect_refused(zip({{"archive/data.pkl", "x"}}, false), "tools/export-torch");
  expect_refused(zip({{"a.txt", "x"}}, false), "has no arrays");
  expect_refused(zip({}, false), "has no arrays");

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

TEST_F(WeightFiles, TensorsThatOverlapAreRefused) {
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

/// numpy.savez stores its members as they are.
TEST_F(WeightFiles, ChecksumsOfStoredMembersAreChecked) {
  const std::string array = npy_of("<f8", "(200,)", doubles(std::vector<double>(200, 0.5)));
  for (const bool pack : {false, true}) {
    std::string file = zip({{"a.npy", array}}, pack);
    EXPECT_EQ(refusal(file), "");
    const std::size_t number = pack ? file.find("PK\1\2") + 16 : 300; // the sum, or what it is of
    file[number] = static_cast<char>(file[number] ^ 1);
    EXPECT_NE(refusal(file).find("the zip file is damaged"), std::string::npos) << pack;
  }
}

/// As in Python, where a file is appended to under the name it has.
TEST_F(WeightFiles, OfMembersWithOneNameTheLastCounts) {
  const std::string first = npy_of("<f8", "(2,)", doubles({1, 2}));
  const std::string last = npy_of("<f8", "(2,)", doubles({3, 4}));
  for (const bool pack : {false, true})
    EXPECT_EQ(open(zip({{"a.npy", first}, {"a.npy", last}}, pack))->read_all(),
              (std::vector<double>{3, 4}));
}

/// Nothing is allocated for what a directory says and the file cannot hold.
TEST_F(WeightFiles, SizesThatAZipFileClaimsAreNotBelieved) {
  const std::string array = npy_of("<f8", "(200,)", doubles(std::vector<double>(200, 0.5)));
  for (const bool pack : {false, true}) {
    for (const std::size_t field : {20, 24}) { // packed, unpacked
      for (const std::size_t size : {std::size_t{3}, std::size_t{0x7fffffff}}) {
        std::string file = zip({{"a.npy", array}}, pack);
        file.replace(file.find("PK\1\2") + field, 4, bytes_of_number(size, 4));
        EXPECT_NE(refusal(file).find("the zip file is damaged"), std::string::npos)
            << pack << " " << field << " " << size << " " << refusal(file);
      }
    }
  }
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
